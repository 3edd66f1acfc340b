"""What every webhook does alike: a body is read within limits, and its delivery answered by a bare status."""

import asyncio
from collections.abc import Awaitable, Mapping

from prometheus_client import Counter
from starlette.types import Receive, Send

from errors import MomentError
from models.inbox import EventSource

READ_SECONDS = 10.0  # in all: what comes in drop by drop must not hold a connection

REQUESTS = Counter("moment_webhook_requests", "Deliveries by the status we answered", ["source", "status"])


class DeliveryRefused(MomentError):
    """The delivery is not taken; the sender's own statistics show the status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def answer(source: EventSource, work: Awaitable[None], send: Send) -> None:
    """200 once the work is done, else the status of its DeliveryRefused. What else it raises is a 500."""
    status = 500
    try:
        await work
        status = 200
    except DeliveryRefused as refusal:
        status = refusal.status
    finally:
        REQUESTS.labels(source, status).inc()
    headers = [(b"content-length", b"0")]
    if status == 408:  # the rest of the body is not waited for
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, max_bytes: int) -> bytes:
    """Raises DeliveryRefused: 408 too slow, 413 too large, 400 hung up."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await _read_all(headers, receive, max_bytes)
    except TimeoutError as error:
        raise DeliveryRefused(408) from error


async def _read_all(headers: Mapping[bytes, bytes], receive: Receive, max_bytes: int) -> bytes:
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > max_bytes:
        raise DeliveryRefused(413)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DeliveryRefused(400)
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise DeliveryRefused(413)
        more = message.get("more_body", False)
    return bytes(body)
