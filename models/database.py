"""The one engine of a process, and transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine, create_engine
from sqlmodel import Session as DbSession

from settings import ConfigurationError, settings


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Raises ConfigurationError when no DATABASE_URL is known (the roof sets it for the embedded one)."""
    url = settings().database_url
    if url is None:
        raise ConfigurationError("DATABASE_URL is not set and no embedded Postgres was started")
    # pre_ping: a database that was restarted costs one round trip, not a failed job.
    # hide_parameters: an error's text goes into logs and rows, the learners' words in it must not.
    return create_engine(url, pool_size=10, max_overflow=30, pool_pre_ping=True, hide_parameters=True)


@contextmanager
def transaction() -> Iterator[DbSession]:
    """One unit of work: commits at the end, rolls back on any exception."""
    with DbSession(engine(), expire_on_commit=False) as db, db.begin():
        yield db
