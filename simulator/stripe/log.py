"""What the log tells of a request over Stripe's border, in either direction. No key, secret or card enters it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from simulator.http import log
from simulator.http.readable import choose_headers

Direction = Literal["app→Stripe", "Stripe→app"]
_HEADERS = frozenset(
    {"content-type", "content-length", "idempotency-key", "idempotent-replayed", "retry-after"}
)


@dataclass(kw_only=True)
class Crossing(log.Crossing):
    """`event` is the id of a webhook's event, `error` what kept it from being taken; `fault` the kind that struck."""

    direction: Direction
    query: str = ""
    verb: str | None = None
    request_id: str | None = None
    fault: str | None = None
    event: str | None = None
    error: str | None = None

    def __str__(self) -> str:
        return f"{self.direction} {super().__str__()}"


def visible_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return choose_headers(headers, _HEADERS, "stripe-v", {"authorization", "stripe-signature"})
