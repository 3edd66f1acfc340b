"""Who is watching which chat: the desk's server-sent events read from here."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from simulator.line.state import Thread

Kind = Literal["message", "loading", "unsend", "rich_menu", "read"]


@dataclass(frozen=True)
class Change:
    channel: str
    kind: Kind
    seq: int


@dataclass
class Changes:
    """Fan-out of changes, by the learner or group they are of. Closing ends every stream, so that the server can stop at once."""

    _watchers: dict[str, set[asyncio.Queue[Change | None]]] = field(default_factory=dict)
    _is_over: bool = False

    def publish(self, thread: "Thread", kind: Kind) -> None:
        for queue in self._watchers.get(thread.chat_id, ()):
            queue.put_nowait(Change(thread.channel, kind, thread.seq))

    async def watch(self, chat_id: str, idle_seconds: float) -> AsyncIterator[Change | None]:
        """Yields changes as they come, and None after each idle spell so that the caller can keep the line alive."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        self._watchers.setdefault(chat_id, set()).add(queue)
        try:
            while not self._is_over:
                try:
                    change = await asyncio.wait_for(queue.get(), idle_seconds)
                except TimeoutError:
                    yield None
                    continue
                if change is None:
                    return
                yield change
        finally:
            self._watchers[chat_id].discard(queue)

    def close(self) -> None:
        self._is_over = True
        for queues in self._watchers.values():
            for queue in queues:
                queue.put_nowait(None)
