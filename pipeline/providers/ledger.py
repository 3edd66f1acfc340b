"""What a block of work has spent: every call to a paid service, whether or not it came to anything.

A failed call costs too, and what it cost would be lost with its exception; so providers note each call here and
whoever started the work keeps the notes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import ParamSpec, TypeVar

from models.coaching import ModelCall

P = ParamSpec("P")
T = TypeVar("T")

_calls: ContextVar[list[ModelCall] | None] = ContextVar("calls", default=None)


@contextmanager
def kept() -> Iterator[list[ModelCall]]:
    """The calls noted while the block runs, in the order in which they ended."""
    calls: list[ModelCall] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)


def note(call: ModelCall) -> None:
    """Outside any `kept` block the note is for nobody."""
    calls = _calls.get()
    if calls is not None:
        calls.append(call)


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """The function for another thread, where its notes go into the ledger of the one who asked."""
    context = copy_context()

    @wraps(function)
    def in_context(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.copy().run(function, *args, **kwargs)

    return in_context
