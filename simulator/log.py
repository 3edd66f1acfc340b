"""Everything that crossed LINE's border, in order. Secrets and tokens never enter it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

Direction = Literal["bot→LINE", "LINE→bot"]

_HEADERS = ("content-type", "content-length", "range", "retry-after")
_SECRET_FIELDS = frozenset(
    {"access_token", "client_secret", "id_token", "client_assertion", "refresh_token", "authorization"}
)


@dataclass
class Crossing:
    """One request over the border with its answer. Times: `at` in ms of the platform's clock, durations in ms."""

    seq: int
    at: int
    direction: Direction
    method: str
    path: str
    headers: dict[str, str]
    request: Any
    channel: str | None = None
    status: int | None = None
    duration_ms: float | None = None
    response: Any = None
    response_headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None


@dataclass
class BorderLog:
    _crossings: list[Crossing] = field(default_factory=list)

    def open(self, at: int, direction: Direction, method: str, path: str) -> Crossing:
        """Takes the entry's place in the order when the request starts; the answer is filled in later."""
        crossing = Crossing(len(self._crossings) + 1, at, direction, method, path, {}, None)
        self._crossings.append(crossing)
        return crossing

    def after(self, seq: int) -> list[dict[str, Any]]:
        return [asdict(crossing) for crossing in self._crossings[max(seq, 0) :]]


def visible_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Only what explains a call; never the authorization."""
    lowered = ((name.lower(), value) for name, value in headers)
    return {name: value for name, value in lowered if name.startswith("x-line-") or name in _HEADERS}


def readable(body: bytes, content_type: str) -> Any:
    """A body for the log: JSON and forms as data with secrets masked, other text as it is, bytes as their count."""
    if not body:
        return None
    kind = content_type.split(";")[0].strip()
    try:
        if kind == "application/json":
            return masked(json.loads(body))
        if kind == "application/x-www-form-urlencoded":
            return masked(dict(parse_qsl(body.decode())))
        if kind.startswith("text/"):
            return body.decode()
    except ValueError:
        pass  # declared as text but isn't: shown as bytes below
    return {"bytes": len(body), "content_type": content_type}


def masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "***" if k in _SECRET_FIELDS and v else masked(v) for k, v in value.items()}
    if isinstance(value, list):
        return [masked(entry) for entry in value]
    return value
