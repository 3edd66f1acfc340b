"""Which handler an event goes to: kinds and filters, tried in order, in the manner of bolt and aiogram.

A filter sees the context and returns False, True, or arguments to hand over. A handler is a plain function
that names what it needs (any field of the context, or a filter's argument) and returns what to say.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlmodel import Session as DbSession

from bot.say.bubbles import Say
from bot.say.steps import Steps
from line.events import LineEvent
from line.liff import LiffApps
from models.rules.next_step import NextStep
from models.session import CookingSession
from models.user import User
from services.companion import Caps
from services.pictures import Picture
from services.plan.shop import PlanShop
from services.thread import Origin


class Thinking:
    """What a handler answers when the answer takes a model: it comes from a job of its own, by this event's reply
    token if that still lives, and LINE shows dots meanwhile."""


THINKING = Thinking()

Answer = Say | Thinking | None
Filter = Callable[["Context"], bool | Mapping[str, object]]
Handler = Callable[..., Answer]
AnyHandler = TypeVar("AnyHandler", bound=Handler)


@dataclass(frozen=True)
class Context:
    """What a handler may ask for, by these names."""

    event: LineEvent
    origin: Origin  # of what the learner sent with the event
    db: DbSession
    user: User
    was_away: bool  # they followed none of our accounts before this event
    session: CookingSession | None  # the learner's latest, locked
    step: NextStep
    steps: Steps
    now: datetime
    apps: LiffApps  # whose pages a button may open
    shop: PlanShop
    caps: Caps  # of calls
    picture: Picture | None = None  # of their progress, where they ask for it


@dataclass(frozen=True)
class Route:
    kinds: frozenset[str]  # "message.*" for every message
    filters: tuple[Filter, ...]
    handler: Handler
    needs: frozenset[str]

    def match(self, context: Context) -> dict[str, object] | None:
        """The filters' arguments, or None when this route is not for the event."""
        kind = context.event.kind
        if kind not in self.kinds and f"{kind.split('.')[0]}.*" not in self.kinds:
            return None
        arguments: dict[str, object] = {}
        for accepts in self.filters:
            result = accepts(context)
            if result is False:
                return None
            if isinstance(result, Mapping):
                arguments |= result
        return arguments


class Router:
    def __init__(self) -> None:
        self.routes: list[Route] = []

    def on(self, *kinds: str, where: Sequence[Filter] = ()) -> Callable[[AnyHandler], AnyHandler]:
        def register(handler: AnyHandler) -> AnyHandler:
            needs = frozenset(inspect.signature(handler).parameters)
            self.routes.append(Route(frozenset(kinds), tuple(where), handler, needs))
            return handler

        return register

    def include(self, other: "Router") -> None:
        self.routes += other.routes

    def route(self, context: Context) -> tuple[str, Answer] | None:
        """The handler's name and what it answers, or None when nobody handles the event."""
        context_values = {field.name: getattr(context, field.name) for field in fields(context)}
        for route in self.routes:
            arguments = route.match(context)
            if arguments is not None:
                values = {**context_values, **arguments}
                answer = route.handler(**{name: values[name] for name in route.needs})
                return route.handler.__name__, answer
        return None


def action(name: str, **types: Callable[[str], Any]) -> Filter:
    """A postback whose data is `action=name` with these values; malformed ones do not match."""

    def accepts(context: Context) -> bool | Mapping[str, object]:
        data = context.event.data
        if data is None or data.get("action") != name:
            return False
        try:
            return {key: convert(data[key]) for key, convert in types.items()}
        except (KeyError, ValueError):
            return False

    return accepts


def says(*words: str) -> Filter:
    """A text that is one of these words, whatever surrounds it of space and punctuation."""

    def accepts(context: Context) -> bool:
        return context.event.text.strip(" 　。、！!？?\n") in words

    return accepts


def asks(*steps: StrEnum) -> Filter:
    """The bot is waiting for one of these."""

    def accepts(context: Context) -> bool:
        return context.step.ask in steps

    return accepts
