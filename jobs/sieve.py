"""JSON from outside, made fit to be stored: whatever a sender writes costs only the event it stands in."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 64  # levels; the events we know have six
LONGEST_WHOLE_NUMBER = 1000  # digits: Python refuses to read one of thousands

# A string, or a bracket outside of one. A string that never ends goes to the end, so that no letter is read twice.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse(body: bytes) -> Any:
    """Raises ValueError for what is not JSON. What cannot be read at all becomes NaN, as JSON has no such value, and
    the sieve keeps it."""
    text = body.decode(json.detect_encoding(body), "surrogatepass")
    try:
        return json.loads(text, parse_int=_whole_number)
    except RecursionError:
        return json.loads(_without_depths(text), parse_int=_whole_number)


def _whole_number(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_WHOLE_NUMBER else math.nan


def _without_depths(text: str) -> str:
    """Without what is nested deeper than any sieve lets through, for the parser calls itself at each level."""
    kept, depth, start = [], 0, 0
    for token in _STRING_OR_BRACKET.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == 2 * DEEPEST:
                kept += [text[start : token.start()], "NaN"]
        elif token[0] in ("]", "}"):
            if depth == 2 * DEEPEST:
                start = token.end()
            depth -= 1
    if depth:
        raise ValueError("brackets without their other halves")
    return "".join([*kept, text[start:]])


@dataclass
class Sieve:
    """Lets through what Postgres can hold and we can walk through. `is_whole` until it had to keep something that
    its sender may have meant; null stands in its place."""

    is_whole: bool = True

    def value(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return _text(value)
        if depth > DEEPEST or (isinstance(value, float) and not math.isfinite(value)):
            self.is_whole = False
            return None
        if isinstance(value, Mapping):
            return {_text(key): self.value(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.value(entry, depth + 1) for entry in value]
        return value


def _text(value: str) -> str:
    """Postgres holds neither NUL nor half a surrogate pair; nothing a learner means is lost with them."""
    if value.isascii():
        return value.replace("\0", "")
    return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
