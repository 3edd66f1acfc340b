"""The desk's edge: bodies read once, the log, and the faults of the wire. Pure ASGI, so it can also hang up."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.border import HungUpError, hang_up
from simulator.google.brain import names_of
from simulator.google.errors import GoogleError, invalid
from simulator.google.faults import TRANSPORT_KINDS, Fault, Subject
from simulator.google.log import PassingBytes, readable_json, redacted, visible_headers
from simulator.google.requests import BODY, SUBJECT, camel_cased
from simulator.google.state import Google
from simulator.google.verbs import MEDIA_VERBS, model_of, verb_of

REQUEST_LIMIT_BYTES = 100 * 1024 * 1024  # Gemini API changelog, 2026-01-08: inline files up to 100 MB
LOGGED_RESPONSE_BYTES = 4 * 1024 * 1024
DESK = "/desk/"


@dataclass
class _Answer:
    """What was answered, kept for the log: JSON up to a limit, anything else as size and hash."""

    status: int | None = None
    is_json: bool = False
    body: bytearray = field(default_factory=bytearray)
    passing: PassingBytes = field(default_factory=PassingBytes)

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = Headers(raw=message["headers"])
            self.is_json = headers.get("content-type", "").startswith("application/json")
            return
        chunk = message.get("body", b"")
        self.passing.take(chunk)
        if self.is_json and self.passing.size <= LOGGED_RESPONSE_BYTES:
            self.body += chunk

    def shown(self) -> Any:
        if self.is_json and self.body and self.passing.size <= LOGGED_RESPONSE_BYTES:
            return readable_json(bytes(self.body))
        return self.passing.shown()


class Border:
    """Wraps the application; the desk's own paths go straight on."""

    def __init__(self, app: ASGIApp, google: Google) -> None:
        self._app = app
        self._google = google

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(DESK):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        query = scope["query_string"].decode()
        verb = verb_of(scope["method"], scope["path"], query)
        crossing = self._google.log.open(
            self._google.clock.now_ms(), scope["method"], scope["path"], query, verb
        )
        crossing.headers = visible_headers(Headers(scope=scope).items())
        crossing.model = model_of(scope["path"])
        answer, passing = _Answer(), PassingBytes()

        async def seen(message: Message) -> None:
            answer.take(message)
            await send(message)

        fault: Fault | None = None
        try:
            body = None if verb in MEDIA_VERBS else await _json(scope, receive)
            if body is not None:
                receive = _replaying(body, receive)
                scope[BODY] = camel_cased(_parsed(body))
                crossing.request = redacted(scope[BODY])
            if verb is not None:
                scope[SUBJECT] = Subject(verb, scope["path"], crossing.model, names_of(scope.get(BODY)))
                fault = self._google.faults.take(scope[SUBJECT], TRANSPORT_KINDS)
            await self._serve(fault, scope, _counting(receive, passing), seen)
        except HungUpError:
            await _until_gone(receive)
        except ClientDisconnect:
            crossing.fault = "client gone"
        except GoogleError as error:
            await JSONResponse(error.body(), error.code)(scope, receive, seen)
        finally:
            crossing.fault = fault.kind if fault else scope.get("google.fault")
            crossing.request = crossing.request if scope.get(BODY) is not None else passing.shown()
            crossing.status, crossing.response = answer.status, answer.shown()
            crossing.duration_ms = round((time.perf_counter() - started) * 1000, 1)

    async def _serve(self, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.kind == "cut":
            await self._app(scope, receive, _half(send))
            hang_up(scope)
        if fault.accept and fault.kind != "slow":
            await self._app(scope, receive, _swallow)
        if fault.kind == "hang":
            await _until_gone(receive)
            return
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay_seconds)
            await self._app(scope, receive, send)
            return
        await _wrong_answer(fault, scope[SUBJECT])(scope, receive, send)


def _wrong_answer(fault: Fault, subject: Subject) -> Response:
    if fault.kind == "not_json":
        return HTMLResponse("<!DOCTYPE html><html><body>Service temporarily unavailable</body></html>")
    error = fault.error(subject)
    if subject.verb == "iam.token":
        # google-auth tries again after an internal_failure, and gives up after an invalid_grant.
        kind = "internal_failure" if error.code >= 500 else "invalid_grant"
        return JSONResponse({"error": kind, "error_description": error.message}, error.code)
    return JSONResponse(error.body(), error.code)


async def _json(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body if it is declared to be JSON. Raises GoogleError 400 when it is over the limit."""
    if not Headers(scope=scope).get("content-type", "").startswith("application/json"):
        return None
    body = await Request(scope, receive).body()
    if len(body) > REQUEST_LIMIT_BYTES:
        raise invalid(f"Request payload size exceeds the limit: {REQUEST_LIMIT_BYTES} bytes.")
    return body


def _parsed(body: bytes) -> Any:
    """Raises GoogleError 400."""
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error


def _replaying(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _counting(receive: Receive, passing: PassingBytes) -> Receive:
    async def counted() -> Message:
        message = await receive()
        passing.take(message.get("body", b""))
        return message

    return counted


def _half(send: Send) -> Send:
    """Lets the head and half of the first piece of the body through."""
    started = False

    async def cut(message: Message) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            await send(message)
        elif not started:
            started = True
            body = message.get("body", b"")
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    return cut


async def _swallow(message: Message) -> None:
    """The work is done and the answer lost."""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
