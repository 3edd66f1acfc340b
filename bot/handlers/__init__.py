"""Every handler of the conversation, most particular first. Each translates: what happens is a function of services."""

from bot.handlers import (
    arrival,
    consent,
    cooking,
    dishes,
    export,
    leaving,
    meanings,
    nothing,
    plan,
    profile,
    questions,
    unsend,
    uploads,
    watching,
)
from bot.router import Router

router = Router()
for part in (
    unsend,
    watching,
    nothing,
    leaving,
    export,
    consent,
    arrival,
    plan,
    meanings,
    dishes,
    profile,
    uploads,
    cooking,
    questions,
):
    router.include(part.router)
