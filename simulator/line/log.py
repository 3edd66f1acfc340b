"""What the log tells of a request over LINE's border, in either direction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from simulator.http import log
from simulator.http.readable import choose_headers

Direction = Literal["bot→LINE", "LINE→bot"]

_HEADERS = frozenset({"content-type", "content-length", "range", "retry-after"})


@dataclass(kw_only=True)
class Crossing(log.Crossing):
    """`error` is what kept LINE from answering, or the bot's webhook from taking an event."""

    direction: Direction
    channel: str | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None

    def __str__(self) -> str:
        return f"{self.direction} {super().__str__()}"


def visible_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Never the authorization."""
    return choose_headers(headers, _HEADERS, "x-line-")
