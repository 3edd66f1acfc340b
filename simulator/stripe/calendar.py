"""Seconds as Stripe counts them, and months as it bills them."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from simulator.http.clock import Clock

Interval = Literal["day", "week", "month", "year"]
MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass
class Calendar:
    """While what was due in the past is done, it is that time: events get their own seconds."""

    clock: Clock
    _past: int | None = None

    def now(self) -> int:
        return self._past if self._past is not None else self.clock.now_ms() // 1000

    @contextmanager
    def at(self, second: int) -> Iterator[None]:
        self._past = second
        try:
            yield
        finally:
            self._past = None


def after(anchor: int, interval: Interval, count: int) -> int:
    """`count` intervals later, in UTC. A month without the anchor's day ends on its last one, and the day comes back
    later (docs.stripe.com/billing/subscriptions/billing-cycle), so count from the anchor and not from the last period.
    """
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return anchor + count * (DAY if interval == "day" else 7 * DAY)
    months = start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def next_boundary(anchor: int, interval: Interval, interval_count: int, second: int) -> int:
    """The first period's end after `second`."""
    count = interval_count
    while after(anchor, interval, count) <= second:
        count += interval_count
    return after(anchor, interval, count)


def japanese_date(second: int) -> str:
    """The day in Japan, for a page."""
    day = _in_japan(second)
    return f"{day.year}年{day.month}月{day.day}日"


def japanese_time(second: int) -> str:
    time = _in_japan(second)
    return f"{japanese_date(second)} {time.hour}:{time.minute:02}"


def _in_japan(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC) + timedelta(hours=9)
