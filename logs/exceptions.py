"""An exception for the log: where it came from and of what kind it is, without words that are not ours.

What others put into an error's text may quote a learner: a constraint's failing row, a model's input, a key that was
not found. So it is left out, but for our own errors, whose text holds no learner's words by contract (errors.py).
"""

import errno
import traceback
from collections.abc import Iterator
from types import TracebackType

from errors import MomentError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

FRAMES = 30  # of each exception, the nearest to where it was raised
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"


def describe_exception(exc_info: ExcInfo) -> str:
    """The whole chain, as Python prints it."""
    return "\n\n".join(_blocks(exc_info[1], set()))


def _blocks(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _blocks(earlier, seen)
        yield _CAUSE if earlier is error.__cause__ else _CONTEXT
    stack = "".join(traceback.format_tb(error.__traceback__, limit=-FRAMES))
    header = "Traceback (most recent call last):\n" if stack else ""
    yield f"{header}{stack}{_headline(error)}"
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            if id(member) not in seen:
                yield from _blocks(member, seen)


def _headline(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = _safe_text(error)
    return f"{name}: {text}" if text else name


def _safe_text(error: BaseException) -> str:
    if isinstance(error, MomentError):
        return "" if error.quotes_learners else str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, str(error.errno))
    state = getattr(error, "sqlstate", None)  # of psycopg: its code, and which constraint was broken
    if isinstance(state, str):
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        return f"{state} {constraint}" if constraint else state
    return ""
