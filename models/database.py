"""The connection pool of a process, and transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session as DbSession

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
LOCK_SECONDS = 10
POOL_SECONDS = 15  # how long a thread waits for a connection that others use

_DRIVER = "postgresql+psycopg://"


class Database:
    """`pool` connections at most. Thread-safe; one a process, closed at its end."""

    def __init__(self, url: str, pool: int = 10) -> None:
        self.engine = create_engine(with_driver(url), **connection_options(pool))
        event.listen(self.engine, "connect", set_timeouts)
        self.sessions = sessionmaker(self.engine, class_=DbSession, expire_on_commit=False)
        # For what only reads: each statement by itself, which saves BEGIN and COMMIT, a trip to the database each.
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.reads = sessionmaker(alone, class_=DbSession, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[DbSession]:
        """One unit of work: commits at the end, rolls back on any exception."""
        with self.sessions.begin() as db:
            yield db

    def close(self) -> None:
        self.engine.dispose()


def connection_options(pool: int) -> dict[str, Any]:
    """Of an engine with so many connections at most."""
    return {
        "pool_size": pool,
        "max_overflow": 0,
        "pool_timeout": POOL_SECONDS,
        "pool_pre_ping": True,  # a database that was restarted costs one round trip, not a failed job
        # An error's text goes into logs and rows, the learners' words in it must not.
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            # Statements prepared on a server's connection are not there on the next one that a transaction
            # pooler hands out (PgBouncer before 1.21, Supabase).
            "prepare_threshold": None,
        },
    }


def with_driver(url: str) -> str:
    """Hosts hand out postgres:// or postgresql://; SQLAlchemy would pick psycopg2 for those."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return _DRIVER + url.removeprefix(scheme)
    return url


def set_timeouts(connection: Any, _record: object) -> None:
    """By a statement, for a pooler refuses them among the connection's options. Behind one they last as long as it
    keeps the server's connection: set them for the role too (README, "Production")."""
    before, connection.autocommit = connection.autocommit, True
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
        " set_config('idle_in_transaction_session_timeout', %s, false)",
        [f"{STATEMENT_SECONDS}s", f"{LOCK_SECONDS}s", f"{STATEMENT_SECONDS}s"],
    )
    cursor.close()
    connection.autocommit = before
