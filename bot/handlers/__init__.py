"""Every handler of the conversation, most particular first."""

from bot.handlers import arrival, cooking, dishes, questions, unsending, watching
from bot.router import Router

router = Router()
for part in (arrival, unsending, watching, dishes, cooking, questions):
    router.include(part.router)
