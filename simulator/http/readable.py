"""Headers and bodies as the log shows them. Secrets and tokens never enter it."""

import json
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qsl

from simulator.http.headers import media_type

MASK = "***"
_SECRET_FIELDS = frozenset(
    {"access_token", "client_secret", "id_token", "client_assertion", "refresh_token", "authorization"}
)


def choose_headers(
    headers: Iterable[tuple[str, str]], names: Collection[str], prefix: str, secrets: Collection[str] = ()
) -> dict[str, str]:
    """Only what explains a call: these names and whatever has the prefix; of `secrets` only that there was one."""
    choice = {}
    for name, value in ((name.lower(), value) for name, value in headers):
        if name in secrets:
            choice[name] = MASK
        elif name in names or name.startswith(prefix):
            choice[name] = value
    return choice


def readable_body(body: bytes, content_type: str) -> Any:
    """JSON and forms as data with secrets masked, other text as it is, bytes as their count."""
    if not body:
        return None
    kind = media_type(content_type)
    try:
        if kind == "application/json":
            return mask_secrets(json.loads(body))
        if kind == "application/x-www-form-urlencoded":
            return mask_secrets(dict(parse_qsl(body.decode())))
        if kind.startswith("text/"):
            return body.decode()
    except ValueError:
        pass  # called text but isn't: counted below
    return byte_count(len(body), content_type)


def byte_count(size: int, content_type: str) -> dict[str, Any]:
    return {"bytes": size, "content_type": content_type}


def mask_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: MASK if k in _SECRET_FIELDS and v else mask_secrets(v) for k, v in value.items()}
    if isinstance(value, list):
        return [mask_secrets(entry) for entry in value]
    return value
