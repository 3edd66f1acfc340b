"""One connection: what the learner sends is heard, what the model says is sent, and the session's limits are kept."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from simulator.google.gemini_media import AUDIO_TOKENS_A_SECOND, USUAL_TOKENS_A_FRAME
from simulator.google.gemini_usage import text_tokens
from simulator.google.live.hearing import QUIET_MS, Change, Ear
from simulator.google.live.messages import (
    INVALID,
    Blob,
    ClientContent,
    RealtimeInput,
    Refusal,
    Setup,
    ToolResponse,
    read_message,
)
from simulator.google.live.record import Record
from simulator.google.live.script import Trigger
from simulator.google.live.sessions import CONNECTION_SECONDS, CUT_SECONDS, WARNED_SECONDS, Session
from simulator.google.live.speaker import Speaker
from simulator.google.log import redact
from simulator.google.state import Google

GOING_AWAY, INTERNAL = 1001, 1011  # close codes
TICK_SECONDS = 0.05
HANDLE_SECONDS = 5
FRAME_MS = 1000  # Live takes in one picture a second
AUDIO_TYPE, PICTURE_TYPE = "audio/pcm;rate=16000", "image/jpeg"


@dataclass(eq=False)
class Connection:
    google: Google
    wire: ServerConnection
    session: Session
    setup: Setup
    record: Record
    is_frozen: bool = False  # open, but nothing comes any more
    away_at_ms: int = 0  # when it is closed
    _ear: Ear = field(init=False)
    _speaker: Speaker = field(init=False)
    _handle_ms: int = 0
    _frame_ms: int = -FRAME_MS
    _is_warned: bool = False

    def __post_init__(self) -> None:
        detection = self.setup.realtime_input_config.automatic_activity_detection
        self._ear = Ear(detection.silence_duration_ms or QUIET_MS)
        self._speaker = Speaker(self.google, self.setup, self.session, self.record, self)
        self.away_at_ms = self.record.opened_ms + CONNECTION_SECONDS * 1000
        self._handle_ms = self.record.opened_ms

    async def run(self) -> None:
        """Until it is closed, from either side."""
        async with asyncio.TaskGroup() as tasks:
            works = [tasks.create_task(work()) for work in (self._speaker.run, self._tick)]
            try:
                await self._read_all()
            finally:
                for work in works:
                    work.cancel()

    async def _read_all(self) -> None:
        try:
            async for raw in self.wire:
                await self._take(raw)
        except Refusal as refusal:
            await self.close(refusal.code, refusal.reason)
        except ConnectionClosed:
            pass  # noted by who opened it

    async def send(self, message: dict[str, Any]) -> None:
        """As binary frames, which is how Live sends its JSON."""
        if self.is_frozen:
            return
        with suppress(ConnectionClosed):  # it ends with what is read
            await self.wire.send(json.dumps(message, ensure_ascii=False).encode())

    async def close(self, code: int, reason: str) -> None:
        await self.wire.close(code, reason)

    async def warn(self, seconds: float) -> None:
        self._is_warned = True
        self.away_at_ms = self.google.clock.now_ms() + round(seconds * 1000)
        await self.send({"goAway": {"timeLeft": f"{seconds:g}s"}})

    async def hand_out(self) -> None:
        """A handle, where the setup asks for them."""
        now = self.google.clock.now_ms()
        self._handle_ms = now
        if self.setup.session_resumption is None:
            return
        handle = self.google.sessions.handle_for(self.session, now)
        await self.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    async def _take(self, raw: str | bytes) -> None:
        """Raises Refusal."""
        message = read_message(raw)
        if message.kind not in self.record.first:
            self.record.first[message.kind] = redact(json.loads(raw))
        match message.realtime_input or message.client_content or message.tool_response:
            case RealtimeInput() as realtime:
                await self._take_realtime(realtime)
            case ClientContent() as content:
                self._take_content(content)
            case ToolResponse() as answers:
                self._take_answers(answers)
            case _:
                raise Refusal(INVALID, "Setup must only be sent as the first message of a session.")

    async def _take_realtime(self, realtime: RealtimeInput) -> None:
        if len(realtime.model_fields_set) != 1:
            raise Refusal(INVALID, "Only one field of 'realtime_input' may be set.")
        if realtime.audio is not None:
            await self._hear(realtime.audio)
        elif realtime.video is not None:
            self._see(realtime.video)
        elif realtime.text is not None:
            self._read(realtime.text)
        elif realtime.audio_stream_end:
            self.record.pauses += 1
            await self._heed(self._ear.stop())
        else:
            # python-genai#1720
            raise Refusal(
                INVALID, "Explicit activity control is not supported when automatic activity detection is on."
            )

    async def _hear(self, audio: Blob) -> None:
        pcm = audio.content()
        if audio.mime_type != AUDIO_TYPE or len(pcm) % 2:
            raise Refusal(INVALID, f"Unsupported audio: {audio.mime_type}, {len(pcm)} bytes.")
        before = self._ear.speech_seconds
        self.record.audio_bytes += len(pcm)
        changes = self._ear.hear(pcm)
        self.session.add("AUDIO", round((self._ear.speech_seconds - before) * AUDIO_TOKENS_A_SECOND))
        await self._heed(changes)

    async def _heed(self, changes: list[Change]) -> None:
        for change in changes:
            if change == "begins":
                await self._speaker.interrupt()
            else:
                self._set_off("speech", "")

    def _see(self, picture: Blob) -> None:
        """Those beyond one a second are dropped without a word."""
        jpeg = picture.content()
        if picture.mime_type != PICTURE_TYPE or not jpeg.startswith(b"\xff\xd8"):
            raise Refusal(INVALID, f"Unsupported picture: {picture.mime_type}.")
        now = self.google.clock.now_ms()
        if now - self._frame_ms < FRAME_MS:
            self.record.frames_dropped += 1
            return
        self._frame_ms = now
        self.record.frames_taken += 1
        self.session.has_video = True
        self.session.add("VIDEO", USUAL_TOKENS_A_FRAME)

    def _read(self, text: str) -> None:
        self.record.texts.append(text)
        self.session.add("TEXT", text_tokens(text))
        self._set_off("text", text)

    def _take_content(self, content: ClientContent) -> None:
        text = "\n".join(part.text or "" for turn in content.turns for part in turn.parts)
        self.session.add("TEXT", text_tokens(text))
        if content.turn_complete:
            self._set_off("text", text)

    def _take_answers(self, answers: ToolResponse) -> None:
        """What was called back is answered in vain."""
        for answer in answers.function_responses:
            if not self._speaker.was_called(answer.id):
                raise Refusal(INVALID, f"No function call has the id {answer.id}.")
            self.record.tool_answers.append(answer.model_dump(by_alias=True, exclude_unset=True))
            if self._speaker.settle(answer.id) and answer.scheduling != "SILENT":
                self._set_off("tool", json.dumps(answer.response, ensure_ascii=False))

    def _set_off(self, trigger: Trigger, text: str) -> None:
        self._speaker.turns.put_nowait((trigger, text))

    async def _tick(self) -> None:
        """What is due by the desk's clock, which tests move."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = self.google.clock.now_ms()
            lived, longest = now - self.session.began_ms, self.session.longest_seconds(self.setup)
            if lived >= longest * 1000:
                reason = "Internal error encountered." if longest == CUT_SECONDS else "Session is too long."
                await self._cut(INTERNAL, reason)
            elif now >= self.away_at_ms:
                await self._cut(GOING_AWAY, "The connection has reached its time limit.")
            elif not self._is_warned and self.away_at_ms - now <= WARNED_SECONDS * 1000:
                await self.warn((self.away_at_ms - now) / 1000)
            elif now - self._handle_ms >= HANDLE_SECONDS * 1000 and not self._speaker.is_busy:
                await self.hand_out()

    async def _cut(self, code: int, reason: str) -> None:
        await self.close(code, reason)
        await asyncio.get_running_loop().create_future()
