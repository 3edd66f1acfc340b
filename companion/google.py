"""Gemini Live, by google-genai. Its libraries, which take a second to load, are loaded by the first call.

What python-genai's issues tell of is guarded against here: `receive()` ends with each turn, a closed socket is told in
three ways, and a message of a kind that the library does not know breaks it.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from companion.plan import CallPlan, Moment
from companion.ports import (
    HEARD_RATE,
    Event,
    GoAway,
    Handle,
    Heard,
    Interrupted,
    LiveClosed,
    LiveRefused,
    Said,
    Speech,
    Spent,
    ToolCall,
    ToolCancellation,
    TurnEnd,
)
from companion.tools import Tool
from logs.logger import get_logger
from models.coaching import ModelCall, Usage
from settings import Settings
from storage.google_credentials import GoogleCredentials

if TYPE_CHECKING:
    from google import genai
    from google.genai import types
    from google.genai.live import AsyncSession

log = get_logger(__name__)

PROVIDER = "google"
LANGUAGE = "ja-JP"
SOUND_TYPE = f"audio/pcm;rate={HEARD_RATE}"  # without the rate nothing is heard
PICTURE_TYPE = "image/jpeg"
PICTURE_SECONDS = 1.0  # between two pictures: Live takes in one a second
OPEN_SECONDS = 10.0  # until it is ready to hear
CLOSE_SECONDS = 1.0  # for a goodbye; who waits longer keeps the learner waiting
SILENT_SECONDS = 4.0  # after somebody spoke: it answers within one or two, or not at all any more
REFUSED_CODES = frozenset({1007, 1008})  # a field, a handle; a model, a policy
TRIED_AGAIN = frozenset({408, 429})  # of a handshake's 4xx


class GeminiLive:
    """One a process."""

    def __init__(
        self,
        settings: Settings,
        credentials: GoogleCredentials,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._now = now
        self._client: genai.Client | None = None
        self._lock = threading.Lock()
        self._closing: set[asyncio.Task[Any]] = set()

    @property
    def model(self) -> str:
        return self._settings.gemini_live_model

    @property
    def longest_silence(self) -> float:
        return SILENT_SECONDS

    @asynccontextmanager
    async def connect(
        self, plan: CallPlan, tools: Sequence[Tool], handle: str | None = None
    ) -> AsyncIterator["GeminiSession"]:
        """Where it begins anew it says the greeting."""
        client = await asyncio.to_thread(self._open_client)
        config = _config(plan, tools, handle, self._settings.gemini_live_voice)
        stack = AsyncExitStack()
        with _told_as_closed():
            async with asyncio.timeout(OPEN_SECONDS):
                live = await stack.enter_async_context(
                    client.aio.live.connect(model=self.model, config=config)
                )
        try:
            if live.setup_complete is None:
                raise LiveRefused(0, "its first message was not setupComplete")
            session = GeminiSession(live, self.model, self._now)
            if handle is None and not plan.so_far:
                await session.greet(plan)
            yield session
        finally:
            await self._leave(live, stack)

    def close(self) -> None:
        """Its sockets end with their calls."""

    def _open_client(self) -> "genai.Client":
        from pipeline.providers.google.clients import live_client

        with self._lock:
            if self._client is None:
                self._client = live_client(self._settings, self._credentials)
            return self._client

    async def _leave(self, live: "AsyncSession", stack: AsyncExitStack) -> None:
        """A socket that answers no more is left to itself."""
        closing = asyncio.create_task(_close(live, stack))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS)


class GeminiSession:
    def __init__(self, live: "AsyncSession", model: str, now: Callable[[], float]) -> None:
        self._live = live
        self._model = model
        self._now = now
        self._seen_at = -PICTURE_SECONDS
        self._unseen: bytes | None = None  # a picture that came too early

    async def greet(self, plan: CallPlan) -> None:
        from companion.instruction import greeting

        await self._send(text=greeting(plan))

    async def hear(self, pcm: bytes) -> None:
        from google.genai import types

        await self._send(audio=types.Blob(data=pcm, mime_type=SOUND_TYPE))

    async def pause(self) -> None:
        await self._send(audio_stream_end=True)

    async def see(self, jpeg: bytes) -> None:
        """More than one a second makes Live fall silent: of those between the newest is kept for a look."""
        from google.genai import types

        now = self._now()
        if now - self._seen_at < PICTURE_SECONDS:
            self._unseen = jpeg
            return
        self._seen_at, self._unseen = now, None
        await self._send(video=types.Blob(data=jpeg, mime_type=PICTURE_TYPE))

    async def look(self, moment: Moment) -> bool:
        from companion.instruction import look

        if self._unseen is not None:
            await self.see(self._unseen)
        await self._send(text=look(moment.sought))
        return True

    async def answer(self, call: ToolCall, result: Mapping[str, Any], *, silent: bool) -> None:
        from google.genai import types

        scheduling = types.FunctionResponseScheduling
        response = types.FunctionResponse(
            id=call.id,
            name=call.name,
            response=dict(result),
            scheduling=scheduling.SILENT if silent else scheduling.WHEN_IDLE,
        )
        with _told_as_closed():
            await self._live.send_tool_response(function_responses=response)

    async def events(self) -> AsyncIterator[Event]:
        while True:
            turn = self._live.receive()  # it ends with the turn
            while (message := await _next(turn)) is not None:
                for event in _events(message, self._model):
                    yield event

    async def _send(self, **realtime: Any) -> None:
        with _told_as_closed():
            await self._live.send_realtime_input(**realtime)


async def _close(live: "AsyncSession", stack: AsyncExitStack) -> None:
    """What still comes is read and dropped: behind unread sound the other side's goodbye would not be found."""
    draining = asyncio.create_task(_drain(live))
    await stack.aclose()
    await draining


async def _drain(live: "AsyncSession") -> None:
    with suppress(LiveClosed):
        while True:
            turn = live.receive()
            while await _next(turn) is not None:
                pass


async def _next(turn: "AsyncIterator[types.LiveServerMessage]") -> "types.LiveServerMessage | None":
    """None at the end of a turn, and for a message that the library cannot read, which ends its iterator, too."""
    with _told_as_closed():
        try:
            return await anext(turn, None)
        except (ValueError, TypeError) as error:
            log.warning("a message of Live's cannot be read", error=type(error).__name__)
            return None


def _config(
    plan: CallPlan, tools: Sequence[Tool], handle: str | None, voice: str
) -> "types.LiveConnectConfig":
    from google.genai import types

    from companion.instruction import system_instruction

    # Native audio guesses the language from the sound, and a pan is no Japanese.
    speech = types.SpeechConfig(
        language_code=LANGUAGE,
        voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=voice)),
    )
    # A kitchen is loud: what is hardly speech must not interrupt.
    detection = types.AutomaticActivityDetection(
        start_of_speech_sensitivity=types.StartSensitivity.START_SENSITIVITY_LOW
    )
    return types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        speech_config=speech,
        system_instruction=system_instruction(plan),
        tools=[types.Tool(function_declarations=[_declaration(tool) for tool in tools])] if tools else None,
        session_resumption=types.SessionResumptionConfig(handle=handle),
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        realtime_input_config=types.RealtimeInputConfig(automatic_activity_detection=detection),
        # Without it a call with pictures is over after two minutes.
        context_window_compression=types.ContextWindowCompressionConfig(sliding_window=types.SlidingWindow()),
    )


def _declaration(tool: Tool) -> "types.FunctionDeclaration":
    from google.genai import types

    properties = {
        name: types.Schema(type=types.Type(each.type.upper()), description=each.description)
        for name, each in tool.parameters.items()
    }
    return types.FunctionDeclaration(
        name=tool.name.value,
        description=tool.description,
        parameters=types.Schema(type=types.Type.OBJECT, properties=properties, required=list(properties))
        if properties
        else None,
        behavior=types.Behavior.NON_BLOCKING,
    )


def _events(message: "types.LiveServerMessage", model: str) -> Iterator[Event]:
    """All that a message says; it may say several things at once."""
    if message.server_content is not None:
        yield from _content_events(message.server_content)
    for call in (message.tool_call.function_calls if message.tool_call else None) or ():
        yield ToolCall(call.id or "", call.name or "", call.args or {})
    if message.tool_call_cancellation is not None:
        yield ToolCancellation(tuple(message.tool_call_cancellation.ids or ()))
    resumption = message.session_resumption_update
    if resumption is not None and resumption.resumable and resumption.new_handle:
        yield Handle(resumption.new_handle)
    if message.go_away is not None:
        yield GoAway(_seconds(message.go_away.time_left))
    if message.usage_metadata is not None:
        yield Spent(_usage(message.usage_metadata, model))


def _content_events(content: "types.LiveServerContent") -> Iterator[Event]:
    if content.interrupted:
        yield Interrupted()
    if content.input_transcription is not None and content.input_transcription.text:
        yield Heard(content.input_transcription.text)
    for part in (content.model_turn.parts if content.model_turn else None) or ():
        if part.inline_data is not None and part.inline_data.data:
            yield Speech(part.inline_data.data)
    if content.output_transcription is not None and content.output_transcription.text:
        yield Said(content.output_transcription.text)
    if content.turn_complete:
        yield TurnEnd()


def _seconds(duration: str | None) -> float:
    """Of a duration as the API writes it: "50s"; 0 where it says none."""
    return float((duration or "0s").removesuffix("s"))


def _usage(usage: "types.UsageMetadata", model: str) -> Usage:
    """Each turn takes in, and is billed for, all that is in the session's window."""
    from companion.instruction import LABEL
    from pipeline.providers import ledger
    from pipeline.providers.google import prices

    heard = _by_modality(usage.prompt_tokens_details, usage.prompt_token_count)
    said = _by_modality(usage.response_tokens_details, usage.response_token_count)
    thoughts, tools = usage.thoughts_token_count or 0, usage.tool_use_prompt_token_count or 0
    heard["TEXT"] = heard.get("TEXT", 0) + tools
    billed = {**said, "TEXT": said.get("TEXT", 0) + thoughts}
    call = ModelCall(
        purpose=LABEL,
        model=model,
        input_tokens={kind: count for kind, count in heard.items() if count},
        cached_tokens=usage.cached_content_token_count or 0,
        output_tokens=sum(said.values()),
        thought_tokens=thoughts,
        cost_usd=prices.live(model, heard, billed),
    )
    ledger.add(call, PROVIDER)
    return Usage(provider=PROVIDER, model=model, calls=[call], cost_usd=call.cost_usd)


def _by_modality(details: "Sequence[types.ModalityTokenCount] | None", total: int | None) -> dict[str, int]:
    """What the details leave out is of a modality unknown."""
    tokens: dict[str, int] = {}
    for each in details or ():
        # Unknown enum values arrive as pseudo-members: compare by name.
        name = str(getattr(each.modality, "name", each.modality))
        tokens[name] = tokens.get(name, 0) + (each.token_count or 0)
    rest = (total or 0) - sum(tokens.values())
    return tokens | ({"UNKNOWN": rest} if rest > 0 else {})


@contextmanager
def _told_as_closed() -> Iterator[None]:
    """The library's own error where it receives, the socket's where it sends, anything where it connects."""
    from google.auth.exceptions import GoogleAuthError
    from google.genai import errors
    from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

    try:
        yield
    except errors.APIError as error:
        raise _closed(error.code or 0, str(error.details or "")) from error
    except ConnectionClosed as error:
        close = error.rcvd
        raise _closed(close.code if close else 0, close.reason if close else "") from error
    except InvalidStatus as error:
        status = error.response.status_code
        is_refused = 400 <= status < 500 and status not in TRIED_AGAIN
        raise (LiveRefused if is_refused else LiveClosed)(0, f"HTTP {status}") from error
    except (WebSocketException, GoogleAuthError, OSError) as error:  # TimeoutError is one
        raise LiveClosed(0, type(error).__name__) from error


def _closed(code: int, reason: str) -> LiveClosed:
    return LiveRefused(code, reason) if code in REFUSED_CODES else LiveClosed(code, reason)
