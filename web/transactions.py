"""The transaction of a request that writes."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session as DbSession

from models.database import Database


@asynccontextmanager
async def transaction(database: Database, turns: Semaphore) -> AsyncIterator[DbSession]:
    """Whoever waits for a connection holds no thread meanwhile: those who have one need threads to come to their end.
    Only what goes to the database takes a thread. `turns`: of the connections that may be used at once."""
    async with turns:
        with database.sessions() as db:
            try:
                yield db
            except BaseException:
                await run_in_threadpool(db.rollback)
                raise
            await run_in_threadpool(db.commit)
