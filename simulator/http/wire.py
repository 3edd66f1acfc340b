"""Bodies at the level of ASGI messages."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Send


async def until_disconnect(receive: Receive) -> None:
    """What is still in the socket's buffer goes out first; then the server sees the connection end."""
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass
class PassingBody:
    """Counts and hashes a body that goes by, and remembers it as far as the log may want it."""

    limit: int = 0
    size: int = 0
    _start: bytearray = field(default_factory=bytearray)
    _sha256: Any = field(default_factory=hashlib.sha256)

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._sha256.update(chunk)
        if self.size <= self.limit:
            self._start += chunk

    @property
    def content(self) -> bytes | None:
        """None where it was longer than the limit."""
        return bytes(self._start) if self.size <= self.limit else None

    def summary(self) -> dict[str, Any] | None:
        """Size and hash, None for nothing."""
        return {"bytes": self.size, "sha256": self._sha256.hexdigest()} if self.size else None


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None when it is over the limit (the rest is read and dropped). Raises ClientDisconnect."""
    body, size, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        size += len(message.get("body", b""))
        if size <= limit:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body) if size <= limit else None


def replay(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, and then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message


def count(receive: Receive, body: PassingBody) -> Receive:
    async def receive_and_count() -> Message:
        message = await receive()
        body.take(message.get("body", b""))
        return message

    return receive_and_count


def half(send: Send) -> Send:
    """Lets the head and half of the first piece of the body through."""
    is_first = True

    async def send_half(message: Message) -> None:
        nonlocal is_first
        if message["type"] == "http.response.start":
            await send(message)
        elif is_first:
            is_first = False
            body = message.get("body", b"")
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    return send_half


async def lose(message: Message) -> None:
    """Sends nothing: the work is done and the answer lost."""
