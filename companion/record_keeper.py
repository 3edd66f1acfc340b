"""Writes down that a call lives, and what it costs; its words stay in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.concurrency import run_in_threadpool

from companion.memory import Memory
from errors import MomentError
from models.database import Database
from services.companion import Beat, Caps, end_call, note_beat


class NotNoted(MomentError):
    """The database is away: it is noted with the next sign of life."""

    retryable = True


@dataclass
class RecordKeeper:
    database: Database
    call_id: int
    visit: int
    caps: Caps
    now: Callable[[], float]  # seconds that only grow
    _connected_at: float | None = None
    _seconds: float = 0.0  # that are not noted yet
    _handle: str | None = None

    @contextmanager
    def counting(self) -> Iterator[None]:
        """While the model is there: to wait for it costs no minutes."""
        self._connected_at = self.now()
        try:
            yield
        finally:
            self._count()
            self._connected_at = None

    async def beat(self, memory: Memory) -> int:
        """How many seconds are left. Raises CallOver, NotNoted."""
        beat = self._since(memory)
        try:
            return await run_in_threadpool(self._note, beat)
        except (OperationalError, NoConnectionFree) as error:
            self._seconds += beat.seconds
            memory.calls[:0] = beat.calls
            self._handle = None
            raise NotNoted(type(error).__name__) from error

    async def end(self, memory: Memory) -> None:
        beat = self._since(memory)
        await run_in_threadpool(self._end, beat, memory.plan.practised)

    def _count(self) -> None:
        if self._connected_at is not None:
            now = self.now()
            self._seconds += now - self._connected_at
            self._connected_at = now

    def _since(self, memory: Memory) -> Beat:
        self._count()
        seconds, self._seconds = self._seconds, 0.0
        handle = memory.handle or ""
        fresh = None if handle == self._handle else handle
        self._handle = handle
        calls, memory.calls = tuple(memory.calls), []
        return Beat(self.visit, seconds, fresh, memory.moments_said, calls)

    def _note(self, beat: Beat) -> int:
        with self.database.transaction() as db:
            return note_beat(db, self.call_id, beat, self.caps).seconds_left

    def _end(self, beat: Beat, practised: str) -> None:
        with self.database.transaction() as db:
            end_call(db, self.call_id, beat, practised)
