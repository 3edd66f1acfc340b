"""A double's edge, which every request of the vendor's API crosses."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.http.connection import HangUp, connection_of, hang_up, reset
from simulator.http.double import AnyFault, Double
from simulator.http.errors import DeskError, HttpError
from simulator.http.faults import Strike
from simulator.http.log import AnyCrossing
from simulator.http.readable import byte_count, readable_body
from simulator.http.strangers import refusal
from simulator.http.wire import (
    PassingBody,
    count,
    half,
    lose,
    read_body,
    replay,
    until_disconnect,
)


@dataclass
class Answer:
    """What went out, as the log wants it."""

    body: PassingBody
    status: int | None = None
    headers: Headers = field(default_factory=Headers)

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], Headers(raw=message["headers"])
        else:
            self.body.take(message.get("body", b""))


class Border(ABC, Generic[AnyCrossing, AnyFault]):
    """Reads each body once, logs each crossing and applies the faults of the wire.

    A subclass says what is its vendor's. Pure ASGI, so it can also hang up.
    """

    request_limit_bytes: ClassVar[int]
    readable_answer_bytes: ClassVar[int]  # a longer answer is not written out in the log

    def __init__(self, app: ASGIApp, double: Double[AnyCrossing, AnyFault]) -> None:
        self._app = app
        self._double = double

    @abstractmethod
    def guards(self, path: str) -> bool:
        """Whether this path leads over the border; the desk's own go straight on, unless a stranger asks."""

    @abstractmethod
    def new_crossing(self, scope: Scope) -> AnyCrossing:
        """The log's entry for a request, from its head."""

    @abstractmethod
    def examine(self, scope: Scope, body: bytes | None, crossing: AnyCrossing) -> AnyFault | None:
        """Notes in the log what the body says, and takes the fault that strikes. Raises HttpError to refuse it."""

    @abstractmethod
    def too_large(self) -> HttpError:
        """What a body over the limit is answered with."""

    @abstractmethod
    def error_answer(self, fault: AnyFault, scope: Scope) -> Response:
        """What a fault that ends in an error answers."""

    @abstractmethod
    def visible_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Those for the log."""

    def reads(self, scope: Scope, crossing: AnyCrossing) -> bool:
        """Whether the body is read at once; one that isn't streams by, and the log tells its size and hash."""
        return True

    def answer_headers(self, scope: Scope) -> dict[str, str]:
        """Added to every answer."""
        return {}

    def readable_answer(self, answer: Answer) -> Any:
        """An answer's body for the log."""
        content_type, content = answer.headers.get("content-type", ""), answer.body.content
        if content is None:
            return byte_count(answer.body.size, content_type)
        return readable_body(content, content_type)

    def note_answer(self, crossing: AnyCrossing, answer: Answer) -> None:
        """What else of the answer the vendor's log tells."""

    def note_hang_up(self, crossing: AnyCrossing, how: str) -> None:
        """That the connection was broken on purpose."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self.guards(scope["path"]):
            reason = refusal(scope)
            app = self._app if reason is None else DeskError(403, reason).response()
            await app(scope, receive, send)
            return
        start = time.perf_counter()
        crossing = self._double.log.open(self.new_crossing(scope))
        crossing.headers = self.visible_headers(Headers(scope=scope).items())
        answer = Answer(PassingBody(self.readable_answer_bytes))
        try:
            await self._cross(scope, receive, self._recorder(scope, send, answer), crossing)
        finally:
            crossing.status, crossing.response = answer.status, self.readable_answer(answer)
            self.note_answer(crossing, answer)
            crossing.duration_ms = round((time.perf_counter() - start) * 1000, 1)
            connection_of(scope).used_at_ms = self._double.clock.now_ms()

    async def _cross(self, scope: Scope, receive: Receive, send: Send, crossing: AnyCrossing) -> None:
        body, stream = None, PassingBody()
        try:
            body = await self._read(scope, receive, crossing)
            self._reset_if_forgotten(scope)
            receive = count(receive, stream) if body is None else replay(body, receive)
            fault = self.examine(scope, body, crossing)
            await self._serve(fault, scope, receive, send)
        except HttpError as error:
            await error.response()(scope, receive, send)
        except HangUp as how:
            self.note_hang_up(crossing, str(how))
            await until_disconnect(receive)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        finally:
            if body is None:
                crossing.request = stream.summary()

    def _reset_if_forgotten(self, scope: Scope) -> None:
        """As a NAT on the way does to a connection that was idle for too long. Raises HangUp.

        Once the body is read: of a reset in mid request a caller often sees only that the connection ended.
        """
        idle_ms = connection_of(scope).idle_ms(self._double.clock.now_ms())
        if self._double.idle_resets.take(lambda entry: entry.strikes(idle_ms)) is not None:
            reset(scope)

    async def _read(self, scope: Scope, receive: Receive, crossing: AnyCrossing) -> bytes | None:
        """The body, None where it streams by. Raises HttpError when it is over the limit."""
        if not self.reads(scope, crossing):
            return None
        body = await read_body(receive, self.request_limit_bytes)
        if body is None:
            raise self.too_large()
        return body

    async def _serve(self, fault: AnyFault | None, scope: Scope, receive: Receive, send: Send) -> None:
        if fault is None:
            await self._app(scope, receive, send)
            return
        strike = fault.strike()
        if strike.ending == "answer":
            await self._answer_late(strike, scope, receive, send)
            return
        if strike.ending == "half":
            await self._app(scope, receive, half(send))
            hang_up(scope)
        if strike.work_first:
            await self._app(scope, receive, lose)
        await asyncio.sleep(strike.delay_seconds)
        if strike.ending == "hang-up":
            hang_up(scope)
        elif strike.ending == "silence":
            await until_disconnect(receive)
        else:
            await self.error_answer(fault, scope)(scope, receive, send)

    async def _answer_late(self, strike: Strike, scope: Scope, receive: Receive, send: Send) -> None:
        if not strike.work_first:
            await asyncio.sleep(strike.delay_seconds)
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        await asyncio.sleep(strike.delay_seconds)
        for message in messages:
            await send(message)

    def _recorder(self, scope: Scope, send: Send, answer: Answer) -> Send:
        extra = [(name.encode(), value.encode()) for name, value in self.answer_headers(scope).items()]

        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            answer.take(message)
            await send(message)

        return record
