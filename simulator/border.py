"""The platform's edge: request ids, the 2 MB limit, the log, and faults. Pure ASGI, so it can also hang up."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.faults import Endpoint, Fault, endpoint_of
from simulator.log import Crossing, readable, visible_headers
from simulator.state import Channel, Platform

REQUEST_LIMIT_BYTES = 2 * 1024 * 1024  # LINE docs: Status codes, 413
LOGGED_RESPONSE_BYTES = 64 * 1024
HANG_UP = "simulator.hang_up"
REQUEST_ID = "simulator.request_id"


class HungUpError(Exception):
    """The connection was cut on purpose; nothing more can be answered on it."""


def hang_up(scope: Scope) -> None:
    """Closes the TCP connection after what was written so far, as a broken network would. Raises HungUpError."""
    scope["extensions"][HANG_UP]()
    raise HungUpError


@dataclass
class _Answer:
    """What the application answered, kept for the log and, with an accepting fault, instead of being sent."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    size: int = 0

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
        else:
            chunk = message.get("body", b"")
            self.size += len(chunk)
            if self.size <= LOGGED_RESPONSE_BYTES:
                self.body += chunk

    def readable(self) -> Any:
        content_type = self.headers.get("content-type", "")
        if self.size > LOGGED_RESPONSE_BYTES:
            return {"bytes": self.size, "content_type": content_type}
        return readable(bytes(self.body), content_type)


class Border:
    """Wraps the application; only LINE's own paths pass through it, the desk's go straight on."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/v2/", "/oauth2/")):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = str(uuid.uuid4())
        scope[REQUEST_ID] = request_id
        headers = Headers(scope=scope)
        crossing = self._platform.log.open(
            self._platform.clock.now_ms(), "bot→LINE", scope["method"], scope["path"]
        )
        crossing.headers = visible_headers(headers.items())
        answer = _Answer()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-line-request-id", request_id.encode())]
            answer.take(message)
            await send(message)

        try:
            body = await _read(receive)
            if body is None:
                await _send_json(send_with_id, 413, {"message": "Payload Too Large"})
                return
            crossing.request = readable(body, headers.get("content-type", ""))
            crossing.channel = self._channel_name(headers)
            await self._serve(scope, _replaying(body, receive), send_with_id, body, crossing)
        finally:
            crossing.status = answer.status
            crossing.response = answer.readable()
            crossing.response_headers = visible_headers(answer.headers.items())
            crossing.duration_ms = round((time.perf_counter() - started) * 1000, 1)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, body: bytes, crossing: Crossing
    ) -> None:
        endpoint = endpoint_of(scope["path"])
        fault = None
        if endpoint is not None:
            users = _addressed_users(self._platform, endpoint, scope["path"], body)
            fault = self._platform.faults.take(endpoint, users)
        try:
            if fault is None:
                await self._app(scope, receive, send)
            else:
                crossing.error = "fault"
                await self._serve_faulty(fault, scope, receive, send)
        except HungUpError:
            crossing.error = "connection dropped"
            await _until_gone(receive)

    async def _serve_faulty(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.status is None and not fault.drop:
            if not fault.accept:
                await asyncio.sleep(fault.delay_seconds)
                await self._app(scope, receive, send)
                return
            held: list[Message] = []

            async def hold(message: Message) -> None:
                held.append(message)

            await self._app(scope, receive, hold)
            await asyncio.sleep(fault.delay_seconds)
            for message in held:
                await send(message)
            return
        if fault.accept:
            await self._app(scope, receive, _swallow)
        await asyncio.sleep(fault.delay_seconds)
        if fault.drop:
            hang_up(scope)
        await _send_json(send, fault.status or 500, {"message": fault.error_message()})

    def _channel_name(self, headers: Headers) -> str | None:
        channel = channel_of_token(self._platform, bearer(headers.get("authorization")))
        return channel.name if channel else None


def bearer(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def channel_of_token(platform: Platform, token: str | None) -> Channel | None:
    """The channel a long-lived or living stateless token belongs to."""
    if token is None:
        return None
    for channel in platform.channels.values():
        expires_at = channel.stateless_tokens.get(token, 0)
        if token == channel.config.access_token or expires_at > platform.clock.now_ms():
            return channel
    return None


async def _until_gone(receive: Receive) -> None:
    """What is still in the socket's buffer goes out first; then the server sees the connection end."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(message: Message) -> None:
    """The work is done and the answer lost."""


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is over LINE's limit (the rest is read and dropped)."""
    chunks = bytearray()
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        size += len(message.get("body", b""))
        if size <= REQUEST_LIMIT_BYTES:
            chunks += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(chunks) if size <= REQUEST_LIMIT_BYTES else None


def _replaying(body: bytes, receive: Receive) -> Receive:
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


async def _send_json(send: Send, status: int, body: dict[str, Any]) -> None:
    payload = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def _addressed_users(platform: Platform, endpoint: Endpoint, path: str, body: bytes) -> set[str]:
    """Whom a request is about, so that a fault can strike one learner only."""
    parts = path.split("/")
    if endpoint in ("content", "transcoding", "preview"):
        item = platform.items.get(parts[4])
        return {item.user_id} if item else set()
    if endpoint == "profile" or path.startswith("/v2/bot/user/"):
        return {parts[4]}
    try:
        data = json.loads(body) if body else None
    except ValueError:
        return set()
    if not isinstance(data, dict):
        return set()
    named = [data.get("to"), data.get("chatId"), data.get("userIds"), _reply_user(platform, data)]
    lists = [entry if isinstance(entry, list) else [entry] for entry in named]
    return {user for entries in lists for user in entries if isinstance(user, str)}


def _reply_user(platform: Platform, data: dict[str, Any]) -> str | None:
    token = data.get("replyToken")
    for channel in platform.channels.values():
        if isinstance(token, str) and token in channel.reply_tokens:
            return channel.reply_tokens[token].user_id
    return None
