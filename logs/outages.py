"""A database that is away is told once in a while, not by each of the many things that fail of it.

Whatever is under way when Postgres restarts ends in an error, and each error would be a page of the log. What had
failed is on its row, or is found by the reconciler; so one line tells of all.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from logs.logger import get_logger

log = get_logger(__name__)

EVERY_SECONDS = 5.0
# Of SQLSTATE: broken connections, a server that stops or starts, one that takes no more connections.
_AWAY = ("08", "57P", "53300")


@dataclass
class _Told:
    at: float = -inf  # monotonic seconds
    untold: int = 0


class Outages(logging.Filter):
    """Of a process's handler. Thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, _Told] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        error = _error_of(record)
        kind = next((type(each).__name__ for each in _chain(error) if _is_away(each)), None)
        if kind is None:
            return True
        with self._lock:
            told = self._told.setdefault(kind, _Told())
            if time.monotonic() - told.at < EVERY_SECONDS:
                told.untold += 1
                return False
            untold, told.untold, told.at = told.untold, 0, time.monotonic()
        log.warning("database away", error=kind, untold=untold)
        return False


def _error_of(record: logging.LogRecord) -> BaseException | None:
    """What a line is about. Libraries also log what they do about an error while they handle it."""
    told: object = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if isinstance(told, tuple):
        told = told[1]
    if isinstance(told, BaseException):
        return told
    return sys.exc_info()[1] if told or not isinstance(record.msg, dict) else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_away(error: BaseException) -> bool:
    """Known by its names: what lies below the log's users must not import their libraries."""
    bases = {f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in type(error).__mro__}
    state = getattr(error, "sqlstate", None)
    return "psycopg.OperationalError" in bases and (state is None or state.startswith(_AWAY))
