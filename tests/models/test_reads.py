"""Reading on an event loop: as in any other session, without a thread, over a database that may have been restarted."""

import asyncio
import threading
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session as DbSession

from models.database import Database
from models.reads import Reads


def backend(db: DbSession) -> int:
    return int(db.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_that_the_database_has_ended_is_replaced(database_url: str, database: Database) -> None:
    async def ask_twice() -> tuple[int, int]:
        reads = Reads(database_url, 1)
        async with reads.sessions() as db:
            first = await db.run(backend)
        ended = text("SELECT pg_terminate_backend(:pid, 10000)")  # waits until it has
        with database.transaction() as other:
            assert other.execute(ended, {"pid": first}).scalar_one()
        async with reads.sessions() as db:
            second = await db.run(backend)
        await reads.close()
        return first, second

    first, second = asyncio.run(ask_twice())
    assert first != second


def test_what_waits_for_the_database_holds_no_thread_and_not_the_loop(
    database_url: str, database: Database
) -> None:
    def wait(db: DbSession) -> str:
        db.execute(text("SELECT pg_advisory_lock(1)"))
        return threading.current_thread().name

    async def wait_while_others_go_on() -> list[str]:
        reads = Reads(database_url, 2)
        async with reads.sessions() as held:
            await held.run(wait)
            async with reads.sessions() as waiting:
                waits = asyncio.create_task(waiting.run(wait))
                assert await held.run(backend), "another is answered meanwhile"
                assert not waits.done()
                await held.run(lambda db: db.execute(text("SELECT pg_advisory_unlock(1)")))
                name = await waits
                await waiting.run(lambda db: db.execute(text("SELECT pg_advisory_unlock_all()")))
        await reads.close()
        return [name]

    assert asyncio.run(wait_while_others_go_on()) == [threading.current_thread().name]


def test_statements_have_bounds_and_stand_by_themselves(database_url: str) -> None:
    def bound(db: DbSession) -> str:
        return str(db.execute(text("SELECT current_setting('statement_timeout')")).scalar_one())

    def clock(db: DbSession) -> datetime:
        answer: datetime = db.execute(text("SELECT now()")).scalar_one()  # that of a transaction stands still
        return answer

    async def look() -> tuple[str, bool]:
        reads = Reads(database_url, 1)
        async with reads.sessions() as db:
            found = await db.run(bound), await db.run(clock) < await db.run(clock)
        await reads.close()
        return found

    assert asyncio.run(look()) == ("30s", True)
