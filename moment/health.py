"""Health for whoever restarts us, readiness for whoever sends us traffic."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs.queue import JobQueue
from models.database import Database

CHECK_SECONDS = 2.0  # whoever asks gives up soon after


@dataclass
class Check:
    """A question to a part that may never answer: asked once at a time, in a thread that nothing waits for, and all who
    ask meanwhile share the answer. So however often it is asked, it takes one thread and one connection."""

    question: Callable[[], str]
    _answer: Future[str] | None = None

    async def answer(self) -> str:
        if self._answer is None or self._answer.done():
            self._answer = Future()
            self._answer.set_running_or_notify_cancel()  # who gives up does not take it from the others
            threading.Thread(target=self._ask, args=(self._answer,), name="health", daemon=True).start()
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await asyncio.wrap_future(self._answer)
        except TimeoutError:
            return "no answer in time"

    def _ask(self, answer: Future[str]) -> None:
        try:
            answer.set_result(self.question())
        except BaseException as error:  # noqa: BLE001 - to those who wait for it
            answer.set_exception(error)


class Health:
    """Nothing here runs in the threads that serve media: a part that hangs must not take them."""

    def __init__(self, database: Database, queue: JobQueue) -> None:
        self._engine = database.engine
        self._queue = queue
        self._database = Check(self._ask_database)
        self._broker = Check(self._ask_broker)

    def router(self) -> APIRouter:
        router = APIRouter()
        # By both names: Google's front keeps paths that end in z to itself, and probes know them by those.
        for path in ("/healthz", "/health"):
            router.get(path)(self.health)
        for path in ("/readyz", "/ready"):
            router.get(path)(self.readiness)
        return router

    async def health(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    async def readiness(self) -> JSONResponse:
        """503 without the database; without the broker we still take events, only later work is late."""
        database, broker = await asyncio.gather(self._database.answer(), self._broker.answer())
        parts = {"database": database, "broker": broker}
        return JSONResponse({"parts": parts}, status_code=200 if parts["database"] == "ok" else 503)

    def _ask_database(self) -> str:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return type(error).__name__
        return "ok"

    def _ask_broker(self) -> str:
        try:
            self._queue.ping()
        except RedisError as error:
            return type(error).__name__
        return "ok"
