"""One connection to the model: the page's sound and pictures go there, what comes back goes to the page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from companion.failures import first_of
from companion.levels import SpeechLevel
from companion.link import PageLink
from companion.memory import Memory
from companion.ports import (
    HEARD_RATE,
    GoAway,
    Handle,
    Heard,
    Interrupted,
    LiveClosed,
    LiveSession,
    Said,
    Speech,
    Spent,
    ToolCall,
    ToolCancellation,
    TurnEnd,
)
from companion.recordings import Recording
from companion.tools import ToolName
from companion.wire import Caption, Flush, Pause, Play, TimerStart, TimerStop
from companion.words import must_be_withdrawn
from knowledge_base.companion_talk import recording_text
from knowledge_base.intents.cries import Cry, cry_of

PICTURE_SECONDS = 1.0  # between two pictures, at least: Live takes one a second
DEAF_AGAIN_SECONDS = 30.0  # after it was taken for deaf: an even noise may be no voice
HUSH_SECONDS = 8.0  # at most, where the turn does not end: what is said later is of something else
LOOK_SECONDS = 15.0  # between two looks for the same moment
CALM_SECONDS = 8.0  # after the last word, before it looks for something to say
CRY_SECONDS = 0.7  # without another piece: what was said is whole
LEAVE_SECONDS = 5.0  # before it is closed from the other side
WARN_AGAIN_SECONDS = 60.0  # of a danger that is still seen
MOST_TIMERS = 5
SHORTEST_TIMER, LONGEST_TIMER = 5, 3 * 3600

SEEN = {"fire": Recording.FIRE_SEEN, "smoke": Recording.SMOKE_SEEN}


class MoveOn(LiveClosed):
    """To another connection, at a moment when nobody speaks."""


@dataclass
class Timers:
    """Of one call; the page counts them down."""

    ends: dict[int, float] = field(default_factory=dict)
    by_call: dict[str, int] = field(default_factory=dict)
    latest: int = 0


@dataclass
class Conversation:
    live: LiveSession
    page: PageLink
    memory: Memory
    timers: Timers
    on_cry: Callable[[Cry], Awaitable[None]]
    now: Callable[[], float]  # seconds that only grow
    longest_silence: float | None  # of the model, after somebody spoke
    _level: SpeechLevel = field(default_factory=SpeechLevel)
    _leave_at: float | None = None
    _quiet_since: float = 0.0
    _looked_at: float = 0.0
    _has_seen: bool = False
    _whole: asyncio.TimerHandle | None = None
    _cries: asyncio.Queue[Cry] = field(default_factory=asyncio.Queue)
    _hush_until: float = 0.0

    async def run(self) -> None:
        """Until either end is gone. Raises LiveClosed, PageLost."""
        self._quiet_since = self._looked_at = self.now()
        closed: LiveClosed | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (self._hear, self._see, self._tell, self._watch, self._heed, self._answer_cries):
                    tasks.create_task(work())
        except* LiveClosed as group:
            closed = first_of(group, LiveClosed)
        finally:
            if self._whole is not None:  # nothing more comes
                self._listen_for_cry(is_whole=True)
        if closed is not None:
            while not self._cries.empty():
                await self._answer_cry(self._cries.get_nowait())
            raise closed

    async def _hear(self) -> None:
        while True:
            packet = await self.page.sound.get()
            if isinstance(packet, Pause):
                await self.live.pause()
            else:
                self._level.hear(packet, HEARD_RATE, self.now())
                await self.live.hear(packet)

    async def _see(self) -> None:
        while True:
            picture = await self.page.picture()
            await self.live.see(picture)
            self._has_seen = True
            await asyncio.sleep(PICTURE_SECONDS)

    async def _heed(self) -> None:
        while True:
            await self.page.wishes.get()
            await self._say_again()

    async def _watch(self) -> None:
        """What is due by the clock alone."""
        while True:
            await asyncio.sleep(0.25)
            now = self.now()
            if self.memory.is_hushed and now >= self._hush_until:
                self.memory.end_hush()
            if self.memory.is_looking and now - self._looked_at >= LOOK_SECONDS:
                self.memory.is_looking = False  # it went unanswered
            if self._is_deaf(now):
                self.memory.deaf_until = now + DEAF_AGAIN_SECONDS
                raise LiveClosed(0, "nothing came though somebody spoke")
            if self._leave_at is not None and (now >= self._leave_at or self.memory.is_answered):
                raise MoveOn(0, "it goes away")
            moment = self.memory.next_moment
            if moment is not None and self._is_time_to_look(now):
                self._looked_at, self.memory.is_looking = now, True
                if not await self.live.look(moment):
                    self.memory.is_looking = False

    def _is_deaf(self, now: float) -> bool:
        spoken = self._level.ended_at
        if spoken is None or self.longest_silence is None or now < self.memory.deaf_until:
            return False
        return now - spoken >= self.longest_silence

    def _is_time_to_look(self, now: float) -> bool:
        return (
            self._has_seen
            and self.memory.is_answered
            and not self.memory.is_looking
            and now - self._looked_at >= LOOK_SECONDS
            and now - self._quiet_since >= CALM_SECONDS
        )

    async def _tell(self) -> None:
        async for event in self.live.events():
            if not isinstance(event, Handle | GoAway | Spent):  # those come from one that is deaf, too
                self._level.forget()
            match event:
                case Speech(pcm):
                    await self._speak(pcm)
                case Heard(text, is_whole):
                    await self._caption_heard(text, is_whole=is_whole)
                case Said(text):
                    await self._caption_said(text)
                case Interrupted():
                    await self.page.tell(Flush())
                    self._end_turn()
                case TurnEnd():
                    self._end_turn()
                case ToolCall():
                    await self._use(event)
                case ToolCancellation(ids):
                    await self._cancel(ids)
                case Handle(value):
                    self.memory.handle = value
                case GoAway(seconds):
                    self._leave_at = self.now() + max(0.0, seconds - LEAVE_SECONDS)
                case Spent(usage):
                    self.memory.calls += usage.calls

    async def _speak(self, pcm: bytes) -> None:
        if self.memory.is_hushed or self.memory.is_looking:
            return
        self.memory.is_speaking = True
        self.memory.keep_speech(pcm)
        await self.page.play(pcm)

    async def _caption_heard(self, text: str, *, is_whole: bool) -> None:
        memory = self.memory
        memory.is_looking = False  # whatever comes now answers the learner
        memory.heard = text if is_whole else memory.heard + text
        await self.page.tell(Caption(type="heard", text=memory.heard))
        self._listen_for_cry(is_whole=is_whole)

    def _listen_for_cry(self, *, is_whole: bool) -> None:
        if self._whole is not None:
            self._whole.cancel()
            self._whole = None
        cry = cry_of(self.memory.heard, is_whole=is_whole)
        if cry is not None:
            self._cries.put_nowait(cry)
        elif not is_whole:
            self._whole = asyncio.get_running_loop().call_later(
                CRY_SECONDS, lambda: self._listen_for_cry(is_whole=True)
            )

    async def _answer_cries(self) -> None:
        """By rule, at once: no model is asked."""
        while True:
            cry = await self._cries.get()
            try:
                await self._answer_cry(cry)
            except asyncio.CancelledError:  # with the connection, which is no reason to leave it
                self._cries.put_nowait(cry)
                raise

    async def _answer_cry(self, cry: Cry) -> None:
        answer = Recording(cry.value)
        if self._is_heard() is answer:
            return
        await self._play_instead(answer)
        await self.on_cry(cry)

    def _is_heard(self) -> Recording | None:
        """What the page plays just now."""
        return self.memory.played if self.now() < self.memory.played_until else None

    async def _caption_said(self, text: str) -> None:
        memory = self.memory
        memory.said += text
        if memory.is_hushed or memory.is_looking:
            return
        memory.is_speaking = True
        if must_be_withdrawn(memory.said, memory.heard, memory.plan):
            await self._play_instead(Recording.WITHDRAW)
            return
        await self.page.tell(Caption(type="said", text=memory.said))

    async def _play_instead(self, recording: Recording) -> None:
        """What the model still says in this turn is not heard."""
        until = self.now() + HUSH_SECONDS
        self.memory.is_hushed, self._hush_until = True, until
        await self.page.tell(Flush())
        await self.page.tell(Play(recording=recording, text=recording_text(recording)))
        self.memory.played, self.memory.played_until = recording, until

    async def _use(self, call: ToolCall) -> None:
        match call.name:
            case ToolName.START_TIMER:
                await self.live.answer(call, await self._start_timer(call), silent=False)
            case ToolName.SAY_AGAIN:
                await self._say_again()
                await self.live.answer(call, {"done": True}, silent=True)
            case ToolName.NOTE_MOMENT:
                await self._note_moment(call)
            case _:
                await self.live.answer(call, {"error": "no such tool"}, silent=True)

    async def _start_timer(self, call: ToolCall) -> Mapping[str, Any]:
        timers, now = self.timers, self.now()
        timers.ends = {number: end for number, end in timers.ends.items() if end > now}
        seconds = call.arguments.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return {"error": "seconds must be a number"}
        if not SHORTEST_TIMER <= seconds <= LONGEST_TIMER or len(timers.ends) >= MOST_TIMERS:
            return {"error": "too short, too long, or too many timers"}
        timers.latest += 1
        timers.ends[timers.latest], timers.by_call[call.id] = now + seconds, timers.latest
        label = str(call.arguments.get("label", ""))[:20]
        await self.page.tell(TimerStart(id=timers.latest, seconds=int(seconds), label=label))
        return {"started": True}

    async def _cancel(self, ids: Sequence[str]) -> None:
        """A call that the learner's next words have made void."""
        for each in ids:
            number = self.timers.by_call.pop(each, None)
            if number is not None:
                self.timers.ends.pop(number, None)
                await self.page.tell(TimerStop(id=number))

    async def _say_again(self) -> None:
        if self.memory.latest_speech:
            await self.page.tell(Flush())
            await self.page.play(self.memory.latest_speech)

    async def _note_moment(self, call: ToolCall) -> None:
        """The words of a moment, and of a danger, are our own."""
        seen = SEEN.get(str(call.arguments.get("danger")))
        if seen is not None and self._may_warn(seen):
            self.memory.warned_until[seen] = self.now() + WARN_AGAIN_SECONDS
            await self._play_instead(seen)
        is_here = call.arguments.get("is_here") is True
        moment = self.memory.take_moment(call.arguments.get("cue")) if is_here else None
        if moment is None:
            await self.live.answer(call, {"noted": True}, silent=True)
            return
        self.memory.is_looking = False
        await self.live.answer(call, {"say": moment.words}, silent=False)

    def _may_warn(self, seen: Recording) -> bool:
        """Not again and again; and what was cried out is answered to its end, which says more."""
        is_answering = self._is_heard() not in (None, Recording.WITHDRAW, *SEEN.values())
        return not is_answering and self.now() >= self.memory.warned_until.get(seen, 0.0)

    def _end_turn(self) -> None:
        self.memory.end_turn()
        self._quiet_since = self.now()
