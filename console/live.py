"""Pages that look on hear of every change, from one connection a process that listens to Postgres.

What is told is only which learners' threads have changed (migration 0025): pages ask for what they show of them as for
any other page, so that nobody reads what is not theirs.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import psycopg

from logs.logger import get_logger

log = get_logger(__name__)

CHANNEL = "console"
MOST = 200  # threads that a page is told of at once; of more it is told to look at everything anew
AGAIN_SECONDS = 1.0
# What it costs to show a list what has changed (20 ms of CPU, half of it Postgres's) and a half more: as long as all of them
# take, their asking is spread.
LIST_SECONDS = 0.03
# A database that went without a word is missed within a minute.
_CONNECTION: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


@dataclass(frozen=True)
class News:
    """Whose threads have changed; `is_all`: what changed is not known, anything may have. `looked_at`: at whose threads other
    coaches have come, begun to write, or stopped."""

    user_ids: frozenset[int]
    is_all: bool
    looked_at: frozenset[int] = frozenset()


@dataclass(eq=False)
class Listener:
    """One page's place: `of` one thread, or None, of the list. What it has not taken yet is folded: it never holds more than
    MOST ids."""

    of: int | None = None
    _changed: set[int] = field(default_factory=set)
    _looked_at: set[int] = field(default_factory=set)
    _is_all: bool = False
    _is_over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, user_id: int) -> None:
        if self.of not in (None, user_id):
            return
        self._changed.add(user_id)
        if len(self._changed) > MOST:
            self.tell_all()
        self._news.set()

    def tell_of_look(self, user_id: int) -> None:
        """The list shows nobody's."""
        if self.of == user_id:
            self._looked_at.add(user_id)
            self._news.set()

    def tell_all(self) -> None:
        self._changed.clear()
        self._is_all = True
        self._news.set()

    def end(self) -> None:
        self._is_over = True
        self._news.set()

    @property
    def is_over(self) -> bool:
        return self._is_over

    async def next(self, within: float, spread: float = 0.0) -> News:
        """What has changed, as soon as something has, or at some moment in the `spread` seconds after that; nothing after
        `within` seconds, or when the server stops."""
        try:
            async with asyncio.timeout(within):
                await self._news.wait()
        except TimeoutError:
            return News(frozenset(), is_all=False)
        if spread and not self._is_over:
            await asyncio.sleep(random.uniform(0, spread))  # noqa: S311 - no secret
        if not self._is_over:
            self._news.clear()
        news = News(frozenset(self._changed), self._is_all, frozenset(self._looked_at))
        self._changed, self._looked_at, self._is_all = set(), set(), False
        return news


@dataclass
class Board:
    """One a process, of its event loop. `url` leads to Postgres itself: a transaction pooler loses what is listened for."""

    url: str
    _listeners: set[Listener] = field(default_factory=set)
    _is_closed: bool = False
    # The threads that have changed lately, and of how many changes they are the last: by these a page that comes back is
    # told what it missed. Another process, or this one once it was deaf for a while, has another name.
    _lately: deque[int] = field(default_factory=lambda: deque(maxlen=MOST))
    _count: int = 0
    _name: str = field(default_factory=lambda: token_hex(4))

    @property
    def place(self) -> str:
        """Up to where everything was told."""
        return f"{self._name}-{self._count}"

    @property
    def spread(self) -> float:
        """Seconds in which the lists ask, one after the other, for what has changed: the threads that are open come first."""
        return LIST_SECONDS * (sum(listener.of is None for listener in self._listeners) - 1)

    @contextmanager
    def listening(self, of: int | None = None, after: str = "") -> Iterator[Listener]:
        """A page's place for the block. `after`: the `place` up to which it was told before."""
        listener = Listener(of)
        if self._is_closed:
            listener.end()
        missed = self._missed(after)
        if missed is None:
            listener.tell_all()
        for user_id in missed or ():
            listener.tell(user_id)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.close()
            listening.cancel()
            await asyncio.wait([listening])

    def close(self) -> None:
        """The server stops: every page asks another process."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    def _missed(self, after: str) -> Sequence[int] | None:
        """None where that is not known."""
        name, _, number = after.partition("-")
        if name != self._name or not number.isascii() or not number.isdigit():
            return None
        missed = self._count - int(number)
        return list(self._lately)[len(self._lately) - missed :] if 0 <= missed <= len(self._lately) else None

    def _tell(self, payload: str) -> None:
        """A learner's id; after "at", who looks at their thread (services/threads/presence.py)."""
        look, _, user_id = payload.rpartition(" ")
        if not look:
            self._lately.append(int(user_id))
            self._count += 1
        for listener in self._listeners:
            if look:
                listener.tell_of_look(int(user_id))
            else:
                listener.tell(int(user_id))

    async def _listen(self) -> None:
        is_away = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.url, autocommit=True, **_CONNECTION
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    is_away = False
                    self._name = token_hex(4)
                    for listener in self._listeners:  # of what was said while nobody listened
                        listener.tell_all()
                    async for note in connection.notifies():
                        self._tell(note.payload)
            except psycopg.OperationalError as error:
                if not is_away:
                    log.warning("changes not heard", error=type(error).__name__)
                is_away = True
            await asyncio.sleep(AGAIN_SECONDS)
