"""The rules LINE's request bodies share, gathered as problems so that one answer names them all."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulator.line.errors import Problem

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
URL_LIMIT = 2000  # LINE docs: Video message, originalContentUrl

Measure = Callable[[str], int]
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_ZWJ = 0x200D


def utf16_units(text: str) -> int:
    """LINE counts message text in UTF-16 code units (LINE docs: Character counting in a text)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """What a reader counts as one character; labels and template texts are limited in these (same LINE page)."""
    count = 0
    after_joiner = False
    open_flag = False
    for char in text:
        code = ord(char)
        flag = code in _REGIONAL_INDICATORS
        extends = (
            code == _ZWJ
            or code in _SKIN_TONES
            or unicodedata.category(char) in ("Mn", "Me")
            or 0xE0020 <= code < 0xE0080
        )
        if not (extends or after_joiner or (flag and open_flag)):
            count += 1
        open_flag = flag and not open_flag
        after_joiner = code == _ZWJ
    return count


def url_problem(value: str, schemes: Sequence[str] = ("https",), limit: int = URL_LIMIT) -> str | None:
    """Why LINE would refuse this URL, or None. Plain http passes for loopback hosts only, as the desk has no TLS."""
    if not value:
        return "May not be empty"
    if len(value) > limit:
        return f"Length must be between 0 and {limit}"
    if not value.isascii() or any(c.isspace() for c in value):
        return "invalid uri"
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return "invalid uri"
    if parts.scheme in ("http", "https") and not host:
        return "invalid uri"
    if parts.scheme in schemes or (parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return None
    return "invalid uri scheme"


@dataclass
class Checks:
    """Collects problems. Paths are `messages[0].text`, or JSON pointers (`/body/contents/0`) inside Flex."""

    pointer: bool = False
    problems: list[Problem] = field(default_factory=list)

    def at(self, path: str, key: str | int) -> str:
        if self.pointer:
            return f"{path}/{key}"
        if isinstance(key, int):
            return f"{path}[{key}]"
        return f"{path}.{key}" if path else key

    def report(self, path: str, message: str) -> None:
        self.problems.append(Problem(message, path))

    def object_at(self, value: Any, path: str) -> dict[str, Any] | None:
        if isinstance(value, dict):
            return value
        self.report(path, "must be specified" if value is None else "invalid property")
        return None

    def text(
        self,
        owner: dict[str, Any],
        key: str,
        path: str,
        limit: int | None = None,
        *,
        optional: bool = False,
        measure: Measure = utf16_units,
    ) -> str | None:
        """A string that may not be empty. Returns it when it is a string at all."""
        where = self.at(path, key)
        value = owner.get(key)
        if value is None:
            if not optional:
                self.report(where, "May not be empty")
            return None
        if not isinstance(value, str):
            self.report(where, "must be a string")
            return None
        if not value:
            self.report(where, "May not be empty")
        elif limit is not None and measure(value) > limit:
            self.report(where, f"Length must be between 0 and {limit}")
        return value

    def url(
        self,
        owner: dict[str, Any],
        key: str,
        path: str,
        *,
        optional: bool = False,
        schemes: Sequence[str] = ("https",),
        limit: int = URL_LIMIT,
    ) -> None:
        value = self.text(owner, key, path, optional=optional)
        problem = url_problem(value, schemes, limit) if value else None
        if problem:
            self.report(self.at(path, key), problem)

    def one_of(
        self, owner: dict[str, Any], key: str, path: str, choices: Sequence[str], *, optional: bool = False
    ) -> str | None:
        value = owner.get(key)
        if value is None and optional:
            return None
        if value not in choices:
            options = ", ".join(choices)
            self.report(self.at(path, key), f"Must be one of the following values: [{options}]")
            return None
        return str(value)

    def number(
        self,
        owner: dict[str, Any],
        key: str,
        path: str,
        low: float | None = None,
        high: float | None = None,
        *,
        optional: bool = False,
        whole: bool = True,
    ) -> None:
        value = owner.get(key)
        if value is None and optional:
            return
        where = self.at(path, key)
        if value is None:
            self.report(where, "must be specified")
        elif isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            self.report(where, "must be a number")
        elif low is not None and value < low:
            self.report(where, f"must be greater than or equal to {low}")
        elif high is not None and value > high:
            self.report(where, f"must be less than or equal to {high}")

    def boolean(self, owner: dict[str, Any], key: str, path: str) -> None:
        if owner.get(key) is not None and not isinstance(owner[key], bool):
            self.report(self.at(path, key), "must be a boolean")

    def matches(self, owner: dict[str, Any], key: str, path: str, pattern: re.Pattern[str]) -> None:
        """For a string already checked by `text`."""
        value = owner.get(key)
        if isinstance(value, str) and value and pattern.fullmatch(value) is None:
            self.report(self.at(path, key), "invalid value")

    def items(
        self, owner: dict[str, Any], key: str, path: str, low: int, high: int, *, optional: bool = False
    ) -> list[tuple[str, Any]]:
        """The entries of an array with their paths; an array of a wrong size is reported and still looked into."""
        value = owner.get(key)
        where = self.at(path, key)
        if value is None:
            if not optional:
                self.report(where, "must be specified")
            return []
        if not isinstance(value, list):
            self.report(where, "must be an array")
            return []
        if not low <= len(value) <= high:
            self.report(where, f"Size must be between {low} and {high}")
        return [(self.at(where, index), entry) for index, entry in enumerate(value)]
