"""The offline companion behind the port."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from secrets import token_urlsafe

from companion.offline.memory import Memory
from companion.offline.parts import Parts
from companion.offline.replies import Find, Replies
from companion.offline.senses import Senses
from companion.offline.session import OfflineSession
from companion.plan import CallPlan
from companion.ports import LiveRefused
from companion.tools import Tool
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.transcriber import WhisperTranscriber

_KEPT = 64  # calls, of which another connection may go on


class OfflineLive:
    """One a process. `find` may ask the database: it is called outside the event loop."""

    model = "offline-companion"
    longest_silence = None  # what it hears it answers, however busy the machine

    def __init__(self, transcriber: WhisperTranscriber, narrator: OpenJTalkNarrator, find: Find) -> None:
        self._parts = Parts(transcriber, narrator)
        self._find = find
        self._memories: OrderedDict[str, Memory] = OrderedDict()

    def close(self) -> None:
        self._parts.close()

    @asynccontextmanager
    async def connect(
        self, plan: CallPlan, tools: Sequence[Tool], handle: str | None = None
    ) -> AsyncIterator[OfflineSession]:
        """What it may do it knows by itself, without `tools`. Raises LiveRefused, OfflinePackageMissing."""
        if handle is None:
            handle = self._remember(Memory(plan, is_greeted=bool(plan.so_far)))
        elif handle not in self._memories:
            raise LiveRefused(1007, "unknown handle")
        self._parts.warm()
        memory = self._memories[handle]
        replies = Replies(memory.plan, OfflineCoach(), self._find)
        senses = await self._parts.sense(Senses)
        session = OfflineSession(self._parts, senses, replies, memory, handle)
        thinking = asyncio.create_task(session.think())
        thinking.add_done_callback(session.over)
        try:
            yield session
        finally:
            thinking.cancel()
            await asyncio.wait([thinking])

    def _remember(self, memory: Memory) -> str:
        handle = token_urlsafe(16)
        self._memories[handle] = memory
        if len(self._memories) > _KEPT:
            self._memories.popitem(last=False)
        return handle
