"""No secret leaves in a report: what a service or a library says may repeat what it was given."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote

from pydantic import SecretStr

from moment.doctor.report import Check
from settings import Settings

SHORTEST = 6  # characters: masking shorter ones would hollow out ordinary words
MASK = "***"
_USER_INFO = re.compile(r"://(.*)@", re.DOTALL)  # greedy: an unescaped @ belongs to the password


def masked(check: Check, secrets: Iterable[str]) -> Check:
    detail, fix = check.detail, check.fix
    for secret in secrets:
        detail, fix = detail.replace(secret, MASK), fix.replace(secret, MASK)
    return replace(check, detail=detail, fix=fix)


def secrets_of(found: Settings) -> list[str]:
    """Longest first, so that one that holds another goes as a whole."""
    values = {value for value in _values(found) if len(value) >= SHORTEST}
    return sorted(values, key=len, reverse=True)


def _values(found: Settings) -> Iterator[str]:
    for name in type(found).model_fields:
        value = getattr(found, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
    for channel in found.line_channels:
        yield channel.channel_secret.get_secret_value()
        if channel.access_token is not None:
            yield channel.access_token.get_secret_value()
    for url in (found.database_url, found.broker_url):
        info = _USER_INFO.search(url or "")
        password = info[1].partition(":")[2] if info else ""
        yield from (password, unquote(password))
