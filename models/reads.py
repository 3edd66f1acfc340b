"""The connections of an event loop, for what only reads: whoever waits for the database holds no thread meanwhile."""

import select
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session as DbSession

from models.database import connection_options, set_timeouts, with_driver

Values = ParamSpec("Values")
Answer = TypeVar("Answer")


class ReadSession(AsyncSession):
    """What it runs is written as everywhere else, for a Session; while that waits, the event loop goes on."""

    sync_session_class = DbSession

    async def run(
        self,
        ask: Callable[Concatenate[DbSession, Values], Answer],
        *args: Values.args,
        **kwargs: Values.kwargs,
    ) -> Answer:
        return await self.run_sync(
            cast("Callable[Concatenate[Session, Values], Answer]", ask), *args, **kwargs
        )


class Reads:
    """`pool` connections at most, of one event loop, which closes them at its end.

    Each statement stands by itself (autocommit), which saves BEGIN and COMMIT, a trip to the database each.
    """

    def __init__(self, url: str, pool: int) -> None:
        options = connection_options(pool) | {"pool_pre_ping": False}
        self._engine = create_async_engine(with_driver(url), isolation_level="AUTOCOMMIT", **options)
        event.listen(self._engine.sync_engine, "connect", set_timeouts)
        event.listen(self._engine.sync_engine, "checkout", _look_at)
        self.sessions = async_sessionmaker(self._engine, class_=ReadSession, expire_on_commit=False)

    async def close(self) -> None:
        await self._engine.dispose()


def _look_at(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """A database that was restarted has ended our connections: of one at rest that can be seen without a trip to it, and
    another is opened."""
    poll = select.poll()
    poll.register(cast("psycopg.AsyncConnection", record.driver_connection).pgconn.socket, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
