"""A process whose clock is wrong: what Python asks for the time. Postgres has a clock of its own, by which all that is due is
told."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Self

import models.base
from desk.stack import Part
from settings import Settings

Run = Callable[[Part, Settings], None]


def run_with_wrong_clock(part: Part, settings: Settings, *, run: Run, off: timedelta) -> None:
    """The process's whole life."""
    right = time.time

    class WrongClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + off

    time.time = lambda: right() + off.total_seconds()
    models.base.datetime = WrongClock  # type: ignore[attr-defined]
    run(part, settings)
