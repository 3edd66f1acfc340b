"""This process's own state: settings from the environment and what was made from them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot import line
from models import database
from pipeline import queue
from pipeline.line import tokens
from pipeline.providers import loading
from settings import settings


def reset_process() -> None:
    """As if the process had just started."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    if queue.broker.cache_info().currsize:
        queue.broker().close()
    for cached in (settings, database.engine, queue.broker, loading.made, loading.store):
        cached.cache_clear()
    if clients := sys.modules.get("pipeline.providers.google.clients"):
        clients.forget()
    line._clients.clear()
    tokens._sources.clear()


@contextmanager
def name_in_environment(**variables: str) -> Iterator[None]:
    """Names settings for the block, and starts afresh with them and again without."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    reset_process()
    try:
        yield
    finally:
        reset_process()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
