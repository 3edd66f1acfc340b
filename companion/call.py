"""A call: one page, and as many connections to the model as it takes. It ends with the learner, their minutes, or ours."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from companion.conversation import Conversation, MoveOn, Timers
from companion.failures import first_of
from companion.link import PageLink, PageLost
from companion.memory import Memory
from companion.ports import Live, LiveClosed, LiveRefused
from companion.record_keeper import NotNoted, RecordKeeper
from companion.recordings import Recording
from companion.tools import TOOLS, Tool
from companion.wire import Away, End, Flush, Ready
from errors import MomentError
from knowledge_base import companion_talk
from knowledge_base.companion_talk import recording_text
from knowledge_base.intents.cries import Cry
from knowledge_base.phrasebook import phrase
from logs.logger import get_logger
from services.companion import BEAT, CallOver
from services.privacy import LearnerLeaving

log = get_logger(__name__)

FIELD_REFUSED = 1007  # what Live closes with, also where its own tool call broke
PAUSES = (
    0.0,
    0.5,
    1.0,
    2.0,
    4.0,
    8.0,
    16.0,
)  # seconds before each try to connect again; after them it is over
TOLD_AFTER = 0.7  # seconds without a model, after which the learner is asked to wait


class CallEnd(MomentError):
    """Words for the learner, and no more."""

    quotes_learners = True

    def __init__(self, text: str, *, is_over: bool = True) -> None:
        """`is_over`: the call, not this page's part in it alone."""
        super().__init__(text)
        self.text, self.is_over = text, is_over


@dataclass
class Call:
    page: PageLink
    live: Live
    memory: Memory
    keeper: RecordKeeper
    key: UUID
    seconds_left: int
    on_cry: Callable[[Cry], Awaitable[None]]
    now: Callable[[], float]
    _timers: Timers = field(default_factory=Timers)
    _is_replaced: asyncio.Event = field(default_factory=asyncio.Event)
    _tools: Sequence[Tool] = TOOLS

    async def run(self) -> bool:
        """Whether it is over; else its page may come back to it."""
        is_over = True
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.page.read())
                tasks.create_task(self._beat())
                tasks.create_task(self._talk())
                tasks.create_task(self._give_way())
        except* PageLost as group:
            is_over = first_of(group, PageLost).is_wanted
        except* CallEnd as group:
            end = first_of(group, CallEnd)
            is_over = end.is_over
            await self._say_goodbye(end)
        return is_over

    def replace(self) -> None:
        """Another page of its learner's is there: the same that has lost its socket, or one elsewhere."""
        self._is_replaced.set()

    async def _give_way(self) -> None:
        await self._is_replaced.wait()
        raise CallEnd(companion_talk.ELSEWHERE, is_over=False)

    async def _say_goodbye(self, end: CallEnd) -> None:
        try:
            await self.page.tell(Flush())
            await self.page.tell(End(text=end.text))
        except PageLost:
            log.info("the page of a call that ends was gone before")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT.total_seconds())
            try:
                self.seconds_left = await self.keeper.beat(self.memory)
            except CallOver as error:
                raise CallEnd(companion_talk.ELSEWHERE) from error
            except LearnerLeaving as error:
                raise CallEnd(phrase(error.words_key)) from error
            except NotNoted as error:  # nobody is cut off because the database is away
                log.warning("a call's sign of life was not noted", error=str(error))
            if self.seconds_left <= 0:
                raise CallEnd(companion_talk.MINUTES_OVER)

    async def _talk(self) -> None:
        failures = 0
        while failures < len(PAUSES):
            await asyncio.sleep(PAUSES[failures])
            began = self.now()
            try:
                await self._connect()
            except LiveClosed as closed:
                if not isinstance(closed, MoveOn):
                    log.warning("live connection closed", code=closed.code, error=type(closed).__name__)
                self._learn_from(closed)
                lasted = self.now() - began
                failures = 0 if lasted > PAUSES[-1] else failures + 1
            except PageLost:
                raise
            except MomentError as error:  # no key, no package: the next try would end alike
                log.error("no live model", error=type(error).__name__, problem=error.explain())
                break
        raise CallEnd(companion_talk.OUT_OF_REACH)

    async def _connect(self) -> None:
        """Raises LiveClosed."""
        memory = self.memory
        plan = (
            memory.plan if memory.handle or not memory.so_far else replace(memory.plan, so_far=memory.so_far)
        )
        tools, self._tools = self._tools, TOOLS
        if not memory.is_answered:  # the learner waits for words, or was cut off from them
            await self._ask_to_wait()
        asking = asyncio.create_task(self._ask_later())
        try:
            async with self.live.connect(plan, tools, memory.handle) as session:
                asking.cancel()
                memory.end_turn()  # what the connection before has left open is void
                await self.page.tell(Ready(call=self.key, seconds_left=self.seconds_left))
                talk = Conversation(
                    session,
                    self.page,
                    memory,
                    self._timers,
                    self.on_cry,
                    self.now,
                    self.live.longest_silence,
                )
                with self.keeper.counting():
                    await talk.run()
        finally:
            asking.cancel()

    async def _ask_to_wait(self) -> None:
        """Raises PageLost."""
        await self.page.tell(Away(recording=Recording.WAIT, text=recording_text(Recording.WAIT)))

    async def _ask_later(self) -> None:
        await asyncio.sleep(TOLD_AFTER)
        try:
            await self._ask_to_wait()
        except PageLost:
            log.info("the page of a call was gone while its model was away")

    def _learn_from(self, closed: LiveClosed) -> None:
        """What to leave out of the next try."""
        if closed.code == FIELD_REFUSED and self.memory.handle is None:
            self._tools = ()
        if isinstance(closed, LiveRefused):
            self.memory.handle = None
