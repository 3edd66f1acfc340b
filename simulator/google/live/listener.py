"""Where Live listens: the handshake, the setup, and the connections that are open."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from simulator.google.faults import Fault, Subject
from simulator.google.gemini_usage import text_tokens
from simulator.google.live.certificate import server_context
from simulator.google.live.connection import Connection
from simulator.google.live.messages import INVALID, POLICY, Refusal, Setup, read_message
from simulator.google.live.record import Record
from simulator.google.log import Crossing, redact
from simulator.google.state import Google
from simulator.google.voices import CHIRP_NAMES

HOST = "127.0.0.1"
MODELS = frozenset({"models/gemini-3.8-live"})
LARGEST_MESSAGE = 16 * 1024 * 1024
_PATH = re.compile(
    r"/ws/google\.ai\.generativelanguage\.(?P<version>v1alpha|v1beta)\.GenerativeService"
    r"\.BidiGenerateContent(?P<constrained>Constrained)?"
)
_BEFORE_SETUP = frozenset({"status", "unavailable"})


@dataclass
class Listener:
    google: Google
    records: list[Record] = field(default_factory=list)
    open: set[Connection] = field(default_factory=set)
    url: str = ""  # as clients name it

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        context = server_context(HOST, self.google.config.live_ca_file)
        async with serve(
            self._serve,
            HOST,
            0,
            ssl=context,
            process_request=self._open_door,
            max_size=LARGEST_MESSAGE,
        ) as server:
            self.url = f"https://{HOST}:{_port(server)}"
            yield

    def _open_door(self, wire: ServerConnection, request: Request) -> Response | None:
        """The answer to a handshake that is refused."""
        path = _PATH.fullmatch(request.path.partition("?")[0])
        if path is None:
            return wire.respond(HTTPStatus.NOT_FOUND, "Not Found")
        if path["constrained"]:
            name = request.headers.get("authorization", "").removeprefix("Token ")
            if not self.google.sessions.use_token(name, self.google.clock.now_ms()):
                return wire.respond(
                    HTTPStatus.UNAUTHORIZED, "Token has been used too many times or has expired."
                )
        subject = Subject("live.connect", request.path)
        fault = self.google.faults.take(lambda each: each.kind in _BEFORE_SETUP and each.fits(subject))
        if fault is not None:
            error = fault.error(subject)
            return wire.respond(HTTPStatus(error.code), error.message)
        return None

    async def _serve(self, wire: ServerConnection) -> None:
        try:
            connection = await self._greet(wire)
        except Refusal as refusal:
            await wire.close(refusal.code, refusal.reason)
            return
        except ConnectionClosed:
            return
        self.open.add(connection)
        try:
            await connection.run()
        finally:
            self.open.discard(connection)
            connection.record.close_code = wire.close_code

    async def _greet(self, wire: ServerConnection) -> Connection:
        """Raises Refusal, ConnectionClosed."""
        request, now = wire.request, self.google.clock.now_ms()
        assert request is not None  # noqa: S101 - the handshake is over
        path = request.path.partition("?")[0]
        crossing = Crossing(at=now, method="GET", path=path, query="", verb="live.connect")
        self.google.log.open(crossing)
        raw = await wire.recv()
        crossing.request = redact(json.loads(raw))
        setup = read_message(raw).setup
        if setup is None:
            raise Refusal(INVALID, "The first message must be setup.")
        crossing.model = setup.model.removeprefix("models/")
        await self._strike(wire, setup, crossing)
        self._check_caller(request)
        _check(setup, is_alpha="v1alpha" in path)
        handle = setup.session_resumption.handle if setup.session_resumption else None
        session = self.google.sessions.begin(handle, now)
        if handle is None:
            session.add("TEXT", text_tokens(setup.instruction))
        record = Record(now, session.id, handle is not None, crossing.request["setup"])
        self.records.append(record)
        await wire.send(json.dumps({"setupComplete": {"sessionId": session.id}}).encode())
        return Connection(self.google, wire, session, setup, record)

    async def _strike(self, wire: ServerConnection, setup: Setup, crossing: Crossing) -> None:
        """Raises Refusal."""
        is_resumed = setup.session_resumption is not None and setup.session_resumption.handle is not None
        names = frozenset({"resume" if is_resumed else "new", *(["tools"] if setup.tools else [])})
        subject = Subject("live.connect", crossing.path, crossing.model, names)
        fault = self.google.faults.take(lambda each: each.kind not in _BEFORE_SETUP and each.fits(subject))
        crossing.fault = fault.kind if fault else None
        if fault is not None:
            await _suffer(fault, wire)

    def _check_caller(self, request: Request) -> None:
        """Of a wrong key one is told only after the setup. Raises Refusal."""
        if "Constrained" in request.path:
            return
        key = request.headers.get("x-goog-api-key")
        if key is None:
            raise Refusal(POLICY, "Method doesn't allow unregistered callers.")
        if key != self.google.config.api_key:
            raise Refusal(INVALID, "API key not valid. Please pass a valid API key.")


async def _suffer(fault: Fault, wire: ServerConnection) -> None:
    """Raises Refusal."""
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.delay_seconds)
        case "hang":
            await wire.wait_closed()
        case _:
            raise Refusal(fault.close_code, fault.message or "Internal error encountered.")


def _check(setup: Setup, *, is_alpha: bool) -> None:
    """Raises Refusal."""
    if setup.model not in MODELS:
        version = "v1alpha" if is_alpha else "v1beta"
        raise Refusal(
            POLICY,
            f"{setup.model} is not found for API version {version}, or is not supported for bidiGenerateContent.",
        )
    config = setup.generation_config
    if config.response_modalities != ["AUDIO"]:
        raise Refusal(
            INVALID, "The requested combination of response modalities is not supported by the model."
        )
    if config.thinking_config is not None:
        raise Refusal(INVALID, "Thinking is not supported by the model.")
    if setup.proactivity is not None and not is_alpha:
        raise Refusal(
            INVALID,
            "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field.",
        )
    voice = config.speech_config.voice_config if config.speech_config else None
    if voice is not None and voice.prebuilt_voice_config.voice_name not in CHIRP_NAMES:
        raise Refusal(INVALID, f"Requested voice {voice.prebuilt_voice_config.voice_name} is not available.")


def _port(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port
