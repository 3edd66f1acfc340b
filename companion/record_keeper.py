"""Writes down that a call lives, and what it costs; its words stay in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from companion.memory import Memory
from models.database import Database
from services.companion import Beat, Caps, end_call, note_beat


@dataclass
class RecordKeeper:
    database: Database
    call_id: int
    caps: Caps
    now: Callable[[], float]  # seconds that only grow
    _noted_at: float = 0.0
    _handle: str | None = None

    def __post_init__(self) -> None:
        self._noted_at = self.now()

    async def beat(self, memory: Memory) -> int:
        """How many seconds are left. Raises CallOver."""
        beat = self._since(memory)
        return await run_in_threadpool(self._note, beat)

    async def end(self, memory: Memory) -> None:
        beat = self._since(memory)
        await run_in_threadpool(self._end, beat, memory.plan.practised)

    def _since(self, memory: Memory) -> Beat:
        now = self.now()
        seconds, self._noted_at = now - self._noted_at, now
        handle = memory.handle or ""
        fresh = None if handle == self._handle else handle
        self._handle = handle
        calls, memory.calls = tuple(memory.calls), []
        return Beat(seconds, fresh, memory.moments_said, calls)

    def _note(self, beat: Beat) -> int:
        with self.database.transaction() as db:
            return note_beat(db, self.call_id, beat, self.caps).seconds_left

    def _end(self, beat: Beat, practised: str) -> None:
        with self.database.transaction() as db:
            end_call(db, self.call_id, beat, practised)
