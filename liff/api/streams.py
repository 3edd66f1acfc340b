"""Learners who look on while their coaching is made: one look at the rows a second for all streams of a process.

A stream holds no thread and no connection while nothing happens. It polls, for what LISTEN would tell needs a session
of the database's own, which a pooler does not give.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as DbSession

from liff.problems import TooOften
from logs.logger import get_logger
from models.reads import Reads
from models.rules.progress import Estimates, Progress
from services.sessions import estimates, progress_by_id
from services.sign_in import Asker, still_welcome

log = get_logger(__name__)

STREAMS = 4  # of one learner, in one process
PLACE_SECONDS = 10  # until one of them may have ended
LOOK_SECONDS = 1.0
LIFE_SECONDS = 600.0  # whoever looks on for longer asks again, and is known again
ESTIMATES_SECONDS = 60.0  # for which what was read of past sessions is told


class TooManyStreams(TooOften):
    """The learner looks on from too many places at once."""

    words = "web.too_many_streams"


@dataclass(eq=False)
class Watcher:
    """One stream's place: the newest progress, and whether there is news."""

    asker: Asker
    ends_at: float  # of the event loop's clock
    _newest: Progress | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, progress: Progress | None) -> None:
        self._newest = progress
        self._news.set()

    async def next(self) -> Progress | None:
        """How it stands, whenever that may have changed; None when the session is gone, they are signed out, or the stream's
        time is over."""
        try:
            async with asyncio.timeout_at(self.ends_at):
                await self._news.wait()
        except TimeoutError:
            return None
        self._news.clear()
        return self._newest


@dataclass
class Streams:
    """One a process, of its event loop."""

    reads: Reads
    promise: timedelta
    _watchers: defaultdict[int, set[Watcher]] = field(default_factory=lambda: defaultdict(set))
    _places: Counter[int] = field(default_factory=Counter)
    _looking: asyncio.Task[None] | None = None
    _estimates: tuple[float, Estimates] | None = None
    _is_closed: bool = False
    _is_away: bool = False

    @contextmanager
    def follow(self, asker: Asker, session_id: int) -> Iterator[Watcher]:
        """For the block. That the session is theirs was looked at before. Raises TooManyStreams."""
        learner_id = asker.learner_id
        if self._places[learner_id] >= STREAMS:
            raise TooManyStreams(learner_id, PLACE_SECONDS)
        watcher = Watcher(asker, asyncio.get_running_loop().time() + LIFE_SECONDS)
        if self._is_closed:
            watcher.tell(None)
        self._places[learner_id] += 1
        self._watchers[session_id].add(watcher)
        self._look()
        try:
            yield watcher
        finally:
            self._places -= Counter([learner_id])  # which leaves out whoever has none
            self._watchers[session_id].discard(watcher)
            if not self._watchers[session_id]:
                del self._watchers[session_id]

    def close(self) -> None:
        """The server stops: every stream ends, and whoever looks on asks another process."""
        self._is_closed = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.tell(None)

    def told(self, db: DbSession) -> Estimates:
        """From the last sessions, read once a minute."""
        if self._estimates is None or time.monotonic() - self._estimates[0] > ESTIMATES_SECONDS:
            self._estimates = time.monotonic(), estimates(db, self.promise)
        return self._estimates[1]

    def _look(self) -> None:
        """Whoever comes first is not left to wait for the others' next look."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_while_watched())

    async def _look_while_watched(self) -> None:
        while self._watchers and not self._is_closed:
            watched = list(self._watchers)
            askers = {each.asker for watchers in self._watchers.values() for each in watchers}
            try:
                async with self.reads.sessions() as db:
                    found, welcome = await db.run(self._read, watched, askers)
            except SQLAlchemyError as error:
                if not self._is_away:
                    log.warning("progress not read", error=type(error).__name__)
                self._is_away = True
            else:
                self._is_away = False
                self._tell(watched, found, askers - set(welcome))
            await asyncio.sleep(LOOK_SECONDS)

    def _tell(self, watched: list[int], found: Mapping[int, Progress], signed_out: Collection[Asker]) -> None:
        for session_id in watched:
            for watcher in self._watchers.get(session_id, ()):
                if not self._is_closed:
                    watcher.tell(None if watcher.asker in signed_out else found.get(session_id))

    def _read(
        self, db: DbSession, session_ids: list[int], askers: Collection[Asker]
    ) -> tuple[Mapping[int, Progress], Collection[Asker]]:
        return progress_by_id(db, session_ids, self.told(db)), still_welcome(db, askers)
