"""Every handler of the conversation, most particular first. Each translates: what happens is a function of services."""

from bot.handlers import (
    arrival,
    clips,
    cooking,
    dishes,
    leaving,
    meanings,
    nothing,
    photos,
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
    arrival,
    plan,
    meanings,
    dishes,
    profile,
    uploads,
    clips,
    cooking,
    photos,
    questions,
):
    router.include(part.router)
