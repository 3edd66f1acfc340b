"""What the log tells of a request to Google. Credentials never enter it; media only as size and hash."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from simulator.google.verbs import Verb
from simulator.http import log
from simulator.http.readable import MASK, choose_headers, mask_secrets

URL_SAFE = str.maketrans("-_", "+/")  # google-genai writes bytes in the URL-safe alphabet
_HEADERS = frozenset(
    {"content-type", "content-length", "content-range", "range", "origin", "x-server-timeout"}
)
_SECRET_HEADERS = frozenset({"authorization", "x-goog-api-key"})
_SECRET_QUERY = frozenset({"key", "X-Goog-Signature", "access_token"})
_MEDIA_FIELDS = frozenset(
    {"data", "content", "audioContent", "signedBlob"}
)  # base64 wherever they hold a string
_LONG_LIST = 32  # longer lists of numbers are embeddings


@dataclass(kw_only=True)
class Crossing(log.Crossing):
    """`fault` is the kind that struck."""

    query: str
    verb: Verb | None
    model: str | None = None
    fault: str | None = None


def visible_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of a credential only that there was one."""
    return choose_headers(headers, _HEADERS, "x-goog-", _SECRET_HEADERS)


def visible_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, MASK if name in _SECRET_QUERY else value) for name, value in pairs])


def readable_json(body: bytes) -> Any:
    try:
        return redact(json.loads(body))
    except ValueError:
        return {"bytes": len(body)}


def redact(value: Any) -> Any:
    """The data with secrets masked, media replaced by size and hash, and vectors by their length."""
    return _without_media(mask_secrets(value))


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


def _summary(base64_text: str) -> Any:
    try:
        raw = base64.b64decode(base64_text.translate(URL_SAFE), validate=True)
    except ValueError:
        return base64_text
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
