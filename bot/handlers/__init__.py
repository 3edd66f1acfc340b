"""Every handler of the conversation, most particular first. Each translates: what happens is a function of services."""

from bot.handlers import (
    arrival,
    consent,
    cooking,
    dishes,
    export,
    film,
    leaving,
    meanings,
    menu,
    nothing,
    places,
    plan,
    profile,
    questions,
    reminders,
    results,
    unsend,
    uploads,
    waiting,
    watching,
    wishes,
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
    reminders,
    wishes,
    plan,
    waiting,
    places,
    menu,
    film,
    meanings,
    dishes,
    profile,
    uploads,
    cooking,
    results,
    questions,
):
    router.include(part.router)
