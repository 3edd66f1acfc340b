"""One connection: what it hears and sees goes in, what it says and does comes out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from companion.offline.ears import SpeechBegan, Utterance
from companion.offline.memory import Memory
from companion.offline.parts import Parts
from companion.offline.replies import Replies, Wish, Words
from companion.offline.senses import Noticed, Senses
from companion.offline.voice import pieces_of, seconds_of
from companion.plan import Cue, Moment
from companion.ports import Event, Handle, Heard, Interrupted, LiveClosed, Said, Speech, ToolCall, TurnEnd
from companion.tools import ToolName
from knowledge_base import companion_talk
from logs.logger import get_logger
from pipeline.providers.sentences import sentences as sentences_of

log = get_logger(__name__)

Thought = Utterance | str  # something to answer; something to say


class OfflineSession:
    """`hear` and `see` return when they have heard and seen: who sends faster waits."""

    def __init__(self, parts: Parts, senses: Senses, replies: Replies, memory: Memory, handle: str) -> None:
        self._parts, self._senses, self._replies, self._memory = parts, senses, replies, memory
        self._listening, self._looking, self._speaking = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._learner_is_silent = asyncio.Event()
        self._learner_is_silent.set()
        self._thoughts: asyncio.Queue[Thought] = asyncio.Queue()
        self._events: asyncio.Queue[Event | LiveClosed] = asyncio.Queue()
        self._interruptions = 0  # what was begun before one is not spoken to its end
        self._calls = 0
        self._closed: LiveClosed | None = None
        self._emit(Handle(handle))
        if not memory.is_greeted:
            memory.is_greeted = True
            self._thoughts.put_nowait(memory.plan.greeting)

    # ---- what comes in

    async def hear(self, pcm: bytes) -> None:
        async with self._listening:
            self._be_open()
            for noticed in await self._parts.sense(self._senses.listen, pcm):
                self._notice(noticed)

    async def pause(self) -> None:
        async with self._listening:
            self._be_open()
            if utterance := self._senses.pause():
                self._notice(utterance)

    async def see(self, jpeg: bytes) -> None:
        async with self._looking:
            self._be_open()
            danger = await self._parts.sense(self._senses.look, jpeg)
        if danger is not None and danger not in self._memory.dangers:
            self._memory.dangers.add(danger)
            self._interrupt()
            self._call(ToolName.NOTE_MOMENT, {"is_here": False, "danger": danger.value})

    async def look(self, moment: Moment) -> bool:
        """It knows no dish by sight, and calls by itself when it hears."""
        self._be_open()
        return False

    async def answer(self, call: ToolCall, result: Mapping[str, Any], *, silent: bool) -> None:
        self._be_open()
        if words := result.get("say"):
            self._thoughts.put_nowait(str(words))
        elif silent or call.name != ToolName.START_TIMER:
            self._emit(TurnEnd())
        elif "error" in result:
            self._thoughts.put_nowait(companion_talk.NO_TIMER)
        else:
            self._thoughts.put_nowait(companion_talk.timer_started(call.arguments["seconds"]))

    # ---- what goes out

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            if isinstance(event, LiveClosed):
                self._events.put_nowait(event)  # for whoever asks again
                raise event
            yield event

    def close(self, reason: LiveClosed) -> None:
        if self._closed is None:
            self._closed = reason
            self._events.put_nowait(reason)

    # ---- between

    async def think(self) -> None:
        """Answers and speaks, one after the other, until it is cancelled."""
        while True:
            thought = await self._thoughts.get()
            if isinstance(thought, Utterance):
                await self._answer(thought)
            else:
                await self._say_into_silence(thought)

    def over(self, thinking: asyncio.Task[None]) -> None:
        """Its thinking is: hung up, or failed. Another connection may go on; what went wrong may quote the learner."""
        error = None if thinking.cancelled() else thinking.exception()
        if error is None:
            self.close(LiveClosed(1000, "hung up"))
        else:
            log.error("companion failed", error=type(error).__name__)
            self.close(LiveClosed(1011, type(error).__name__))

    def _notice(self, noticed: Noticed) -> None:
        match noticed:
            case SpeechBegan():
                self._learner_is_silent.clear()
                if self._senses.we_speak:
                    self._interrupt()
            case Utterance():
                self._learner_is_silent.set()
                self._thoughts.put_nowait(noticed)
            case Cue() if any(noticed is moment.cue for moment in self._memory.plan.moments):
                self._call(ToolName.NOTE_MOMENT, {"is_here": True, "cue": noticed.value})

    async def _answer(self, utterance: Utterance) -> None:
        dish = self._memory.plan.dish
        heard = await self._parts.words_of(utterance.samples, dish.speech_phrases if dish else ())
        if not heard:
            return
        self._emit(Heard(heard, is_whole=True))
        reply = await self._parts.think(self._replies.reply, heard, self._memory.history)
        self._memory.tell("user", heard)
        match reply:
            case Words(text):
                await self._say_into_silence(text)
            case Wish(tool, arguments):
                self._call(tool, arguments)
            case None:  # nothing is to be said, or it was said by rule: what is asked next is another turn
                self._emit(TurnEnd())

    async def _say_into_silence(self, text: str) -> None:
        await self._learner_is_silent.wait()
        await self._say(text)

    async def _say(self, text: str) -> None:
        begun = self._interruptions
        async with self._speaking:
            for sentence in sentences_of(text):
                pcm = await self._parts.speech_of(sentence)
                if begun != self._interruptions:
                    break
                self._emit(Said(sentence))
                for piece in pieces_of(pcm):
                    self._emit(Speech(piece))
                self._senses.we_say(seconds_of(pcm))
            self._memory.tell("ai", text)
            self._emit(TurnEnd())

    def _interrupt(self) -> None:
        self._interruptions += 1
        self._senses.we_fall_silent()
        self._emit(Interrupted())

    def _call(self, tool: ToolName, arguments: Mapping[str, Any]) -> None:
        self._calls += 1
        self._emit(ToolCall(f"offline-{self._calls}", tool, arguments))

    def _emit(self, event: Event) -> None:
        if self._closed is None:
            self._events.put_nowait(event)

    def _be_open(self) -> None:
        """Raises LiveClosed."""
        if self._closed is not None:
            raise self._closed
