"""Every handler of the conversation, most particular first. Each translates: what happens is a function of services."""

from bot.handlers import (
    arrival,
    cooking,
    dishes,
    leaving,
    meanings,
    menu,
    nothing,
    plan,
    profile,
    questions,
    unsend,
    uploads,
    waiting,
    watching,
)
from bot.router import Router

router = Router()
for part in (
    unsend,
    watching,
    nothing,
    leaving,
    arrival,
    plan,
    waiting,
    menu,
    meanings,
    dishes,
    profile,
    uploads,
    cooking,
    questions,
):
    router.include(part.router)
