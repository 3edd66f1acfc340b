"""The model's turns, one after the other: what it was heard as, its calls, its words as sound and text, its end."""

import asyncio
import base64
import math
import secrets
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, Protocol

from simulator.google.faults import Fault, Subject
from simulator.google.gemini_media import AUDIO_TOKENS_A_SECOND
from simulator.google.gemini_usage import by_modality
from simulator.google.live.messages import Setup
from simulator.google.live.record import Record, TurnRecord
from simulator.google.live.script import LiveTurn, Trigger
from simulator.google.live.sessions import Session
from simulator.google.live.small_talk import usual_turn
from simulator.google.speaking import speak
from simulator.google.state import Google

SPOKEN_RATE = 24_000
SOUND_TYPE = f"audio/pcm;rate={SPOKEN_RATE}"
PART_BYTES = SPOKEN_RATE * 2 // 20  # 50 ms; two parts a message, as a client must take in all of them
PIECE = 4  # characters of a transcription


class Line(Protocol):
    """The connection, as far as the speaker needs it."""

    is_frozen: bool

    async def send(self, message: dict[str, Any]) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...

    async def hand_out(self) -> None: ...


@dataclass
class Speaker:
    google: Google
    setup: Setup
    session: Session
    record: Record
    line: Line
    turns: asyncio.Queue[tuple[Trigger, str]] = field(default_factory=asyncio.Queue)
    _playing: asyncio.Task[None] | None = None
    _seconds: float = 0.0  # of sound sent in this turn
    _open_calls: list[str] = field(default_factory=list)
    _all_calls: set[str] = field(default_factory=set)

    @property
    def is_busy(self) -> bool:
        return self._playing is not None

    async def run(self) -> None:
        while True:
            trigger, text = await self.turns.get()
            turn = TurnRecord(trigger, self.google.clock.now_ms())
            self.record.turns.append(turn)
            self._playing = asyncio.create_task(self._play(turn, trigger, text))
            try:
                await asyncio.wait({self._playing})
                if not self._playing.cancelled():
                    self._playing.result()
            finally:
                self._playing.cancel()
                self._playing = None

    async def interrupt(self) -> None:
        """The learner speaks: what the model was about to say is void, and so are its calls."""
        if self._playing is None or not self._playing.cancel():
            return
        await asyncio.wait({self._playing})
        self.record.turns[-1].end = "interrupted"
        await self.line.send({"serverContent": {"interrupted": True}})
        await self._call_back()
        await self._complete()

    def was_called(self, call: str) -> bool:
        return call in self._all_calls

    def settle(self, call: str) -> bool:
        """Whether the answer was still waited for."""
        is_open = call in self._open_calls
        if is_open:
            self._open_calls.remove(call)
        return is_open

    async def _play(self, turn: TurnRecord, trigger: Trigger, text: str) -> None:
        fault = self._fault(trigger)
        if fault is not None and not fault.accept:
            turn.end = fault.kind
            if not await self._strike(fault):
                return
        if self.setup.session_resumption is not None:
            await self.line.send({"sessionResumptionUpdate": {}})  # not resumable while it speaks
        script = self.google.script.live_turn(trigger, text) or usual_turn(trigger, text, self.setup)
        if trigger == "speech" and self.setup.input_audio_transcription is not None:
            await self._send_heard(script.heard)
        await self._call(script)
        await self._say(script.says, turn)
        turn.end = "complete"
        await self.line.send({"serverContent": {"generationComplete": True}})
        await asyncio.sleep(self._seconds)  # as long as it is heard
        await self._complete()
        if fault is not None and fault.accept:
            await self._strike(fault)

    def _fault(self, trigger: Trigger) -> Fault | None:
        names = frozenset({trigger, *(["tools"] if self.setup.tools else [])})
        subject = Subject("live.turn", "", self.setup.model.removeprefix("models/"), names)
        return self.google.faults.take(lambda fault: fault.fits(subject))

    async def _strike(self, fault: Fault) -> bool:
        """Whether the turn goes on."""
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay_seconds)
            return True
        if fault.kind == "hang":
            self.line.is_frozen = True
        else:
            await self.line.close(fault.close_code, fault.message or "Internal error encountered.")
        return False

    async def _send_heard(self, text: str) -> None:
        for piece, is_last in _pieces(text, PIECE):
            transcription = {"text": piece} | ({"finished": True} if is_last else {})
            await self.line.send({"serverContent": {"inputTranscription": transcription}})

    async def _call(self, script: LiveTurn) -> None:
        calls = [{"id": secrets.token_hex(8), "name": each.name, "args": each.args} for each in script.calls]
        if not calls:
            return
        self._open_calls += [str(call["id"]) for call in calls]
        self._all_calls |= set(self._open_calls)
        await self.line.send({"toolCall": {"functionCalls": calls}})
        if script.cancels:
            await self._call_back()

    async def _call_back(self) -> None:
        if self._open_calls:
            await self.line.send({"toolCallCancellation": {"ids": self._open_calls}})
            self._open_calls = []

    async def _say(self, text: str, turn: TurnRecord) -> None:
        self._seconds, turn.said = 0.0, text
        if not text:
            return
        pcm = await asyncio.to_thread(spoken, text, engine=self.google.config.voice == "openjtalk")
        messages = math.ceil(len(pcm) / (2 * PART_BYTES))
        words = dict(enumerate(piece for piece, _ in _pieces(text, math.ceil(len(text) / messages))))
        for number in range(messages):
            sound = pcm[number * 2 * PART_BYTES : (number + 1) * 2 * PART_BYTES]
            turn.first_sound_ms = turn.first_sound_ms or self.google.clock.now_ms()
            await self.line.send({"serverContent": {"modelTurn": {"parts": _parts(sound)}}})
            self._seconds += len(sound) / 2 / SPOKEN_RATE
            if self.setup.output_audio_transcription is not None and number in words:
                await self.line.send({"serverContent": {"outputTranscription": {"text": words[number]}}})

    async def _complete(self) -> None:
        said = round(self._seconds * AUDIO_TOKENS_A_SECOND)
        self._seconds = 0.0
        usage = {
            "promptTokenCount": sum(self.session.tokens.values()),
            "promptTokensDetails": by_modality(self.session.tokens),
            "responseTokenCount": said,
            "responseTokensDetails": by_modality({"AUDIO": said}),
            "totalTokenCount": sum(self.session.tokens.values()) + said,
        }
        content = {"turnComplete": True, "interactionStatus": "IDLE"}
        await self.line.send({"serverContent": content, "usageMetadata": usage})
        self.session.add("AUDIO", said)
        await self.line.hand_out()


def _parts(sound: bytes) -> list[dict[str, Any]]:
    pieces = [sound[at : at + PART_BYTES] for at in range(0, len(sound), PART_BYTES)]
    return [
        {"inlineData": {"mimeType": SOUND_TYPE, "data": base64.b64encode(piece).decode()}} for piece in pieces
    ]


def _pieces(text: str, length: int) -> Iterator[tuple[str, bool]]:
    """Each with whether it is the last."""
    for at in range(0, len(text), length):
        yield text[at : at + length], at + length >= len(text)


@lru_cache(maxsize=64)
def spoken(text: str, *, engine: bool) -> bytes:
    """PCM. Blocking."""
    with wave.open(BytesIO(speak(text, 1.0, SPOKEN_RATE, engine=engine))) as sound:
        pcm: bytes = sound.readframes(sound.getnframes())
        return pcm
