"""Whether a process reaches its database and its broker: asked in a thread of its own, so that a probe never waits."""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs.queue import JobQueue
from jobs.sign_of_life import SignOfLife
from models.database import Database

EVERY_SECONDS = 5.0


@dataclass
class Pulse:
    """Beats from the start of its block to the end."""

    _database: Database
    _queue: JobQueue
    database: SignOfLife = field(default_factory=SignOfLife)
    broker: SignOfLife = field(default_factory=SignOfLife)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        """What is away gives no sign, and those who work with it log why."""
        while not self._stop.is_set():
            if self._reaches_database():
                self.database.note()
            if self._reaches_broker():
                self.broker.note()
            self._stop.wait(EVERY_SECONDS)

    def _reaches_database(self) -> bool:
        try:
            with self._database.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def _reaches_broker(self) -> bool:
        try:
            self._queue.ping()
        except RedisError:
            return False
        return True
