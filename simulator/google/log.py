"""Every request that crossed to Google, in order. Credentials never enter it; media only as size and hash."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from simulator.google.verbs import Verb
from simulator.log import masked

URL_SAFE = str.maketrans("-_", "+/")  # google-genai writes bytes in the URL-safe alphabet
HIDDEN = "***"
_SHOWN_HEADERS = ("content-type", "content-length", "content-range", "range", "origin", "x-server-timeout")
_SECRET_HEADERS = ("authorization", "x-goog-api-key")
_SECRET_QUERY = frozenset({"key", "X-Goog-Signature", "access_token"})
_MEDIA_FIELDS = frozenset(
    {"data", "content", "audioContent", "signedBlob"}
)  # base64 wherever they hold a string
_LONG_LIST = 32  # longer lists of numbers are embeddings


@dataclass
class Crossing:
    """One request with its answer. `at` in ms of the desk's clock; `fault` is the kind that struck."""

    seq: int
    at: int
    method: str
    path: str
    query: str
    verb: Verb | None
    model: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    request: Any = None
    status: int | None = None
    response: Any = None
    duration_ms: float | None = None
    fault: str | None = None


@dataclass
class CrossingLog:
    _crossings: list[Crossing] = field(default_factory=list)

    def open(self, at: int, method: str, path: str, query: str, verb: Verb | None) -> Crossing:
        """Takes the entry's place in the order when the request starts; the answer is filled in later."""
        crossing = Crossing(len(self._crossings) + 1, at, method, path, visible_query(query), verb)
        self._crossings.append(crossing)
        return crossing

    def after(self, seq: int) -> list[dict[str, Any]]:
        return [asdict(crossing) for crossing in self._crossings[max(seq, 0) :]]


@dataclass
class PassingBytes:
    """Counts and hashes a body that is never held."""

    size: int = 0
    _sha: Any = field(default_factory=hashlib.sha256)

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._sha.update(chunk)

    def shown(self) -> Any:
        return {"bytes": self.size, "sha256": self._sha.hexdigest()} if self.size else None


def visible_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What explains a call; of a credential only that there was one."""
    shown = {}
    for name, value in headers:
        if name in _SECRET_HEADERS:
            shown[name] = HIDDEN
        elif name in _SHOWN_HEADERS or name.startswith("x-goog-"):
            shown[name] = value
    return shown


def visible_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, HIDDEN if name in _SECRET_QUERY else value) for name, value in pairs])


def readable_json(body: bytes) -> Any:
    try:
        return redacted(json.loads(body))
    except ValueError:
        return {"bytes": len(body)}


def redacted(value: Any) -> Any:
    """The data with secrets masked, media replaced by size and hash, and vectors by their length."""
    return _without_media(masked(value))


def _without_media(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _summary(entry)
            if name in _MEDIA_FIELDS and isinstance(entry, str)
            else _without_media(entry)
            for name, entry in value.items()
        }
    if isinstance(value, list):
        if len(value) > _LONG_LIST and all(isinstance(entry, int | float) for entry in value):
            return {"numbers": len(value)}
        return [_without_media(entry) for entry in value]
    return value


def _summary(encoded: str) -> Any:
    try:
        raw = base64.b64decode(encoded.translate(URL_SAFE), validate=True)
    except ValueError:
        return encoded
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
