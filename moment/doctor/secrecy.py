"""No secret leaves in a report: what a service or a library says may repeat what it was given."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, SecretStr

from moment.doctor.report import Check
from settings import Settings

SHORTEST = 6  # characters: masking shorter ones would hollow out ordinary words
MASK = "***"
_USER_INFO = re.compile(r"://(.*)@", re.DOTALL)  # greedy: an unescaped @ belongs to the password


def mask(check: Check, secrets: Iterable[str]) -> Check:
    detail, fix = check.detail, check.fix
    for secret in secrets:
        detail, fix = detail.replace(secret, MASK), fix.replace(secret, MASK)
    return replace(check, detail=detail, fix=fix)


def secrets_of(settings: Settings) -> list[str]:
    """Longest first, so that one that holds another goes as a whole."""
    values = {value for value in _values(settings) if len(value) >= SHORTEST}
    return sorted(values, key=len, reverse=True)


def _values(settings: Settings) -> Iterator[str]:
    yield from _secrets_in(settings)
    for url in (settings.database_url, settings.broker_url):
        yield from _passwords_in(url or "")


def _secrets_in(value: Any) -> Iterator[str]:
    """Wherever a setting holds one: alone, in a list, in a channel."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets_in(getattr(value, name))
    elif isinstance(value, list):
        for entry in value:
            yield from _secrets_in(entry)


def _passwords_in(url: str) -> Iterator[str]:
    """Before the host, or (as libpq and redis-py read it too) in the query; as written and as meant."""
    info = _USER_INFO.search(url)
    password = info[1].partition(":")[2] if info else ""
    yield from (password, unquote(password))
    query = url.partition("?")[2]
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "password":
            yield value
    yield from parse_qs(query).get("password", [])
