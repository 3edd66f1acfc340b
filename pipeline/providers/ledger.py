"""What a block of work has spent: every call to a paid service, whether or not it came to anything.

A failed call costs too, and what it cost would be lost with its exception; so providers put each call into the ledger
and whoever started the work keeps it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import ParamSpec, TypeVar

from models.coaching import ModelCall
from pipeline.providers import call_metrics

P = ParamSpec("P")
T = TypeVar("T")

_calls: ContextVar[list[ModelCall] | None] = ContextVar("calls", default=None)


@contextmanager
def collect() -> Iterator[list[ModelCall]]:
    """The calls made while the block runs, in the order in which they ended."""
    calls: list[ModelCall] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)


def add(call: ModelCall, provider: str) -> None:
    """Outside any `collect` block the call is for nobody, but counted all the same."""
    call_metrics.count(call, provider)
    calls = _calls.get()
    if calls is not None:
        calls.append(call)


def in_this_context(function: Callable[P, T]) -> Callable[P, T]:
    """The function for another thread, where its calls go into the ledger of whoever made it."""
    context = copy_context()

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.copy().run(function, *args, **kwargs)

    return run
