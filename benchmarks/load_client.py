"""`python -m benchmarks.load_client`: a LINE that sends, or learners who read, as fast as they are answered or at a
pace, on many connections.

A process of its own and as lean as Python gets, so that it is the server that is measured. Prints a Load as JSON.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import urlsplit
from uuid import uuid4

import httptools
import uvloop

from benchmarks.measurement import percentile


@dataclass(frozen=True)
class Load:
    """Requests answered with 200 in each second, the wait for an answer in ms, and the other answers' count."""

    per_second: float
    p50_ms: float
    p99_ms: float
    refused: int


@dataclass
class _Tally:
    stop_at: float
    waits: list[float] = field(default_factory=list)  # seconds
    refused: int = 0


class Requests(Protocol):
    """What one connection sends."""

    def request(self) -> bytes: ...


class Reader:
    """Reads an address, each time as the next of these learners."""

    def __init__(self, url: str, cookies: Sequence[str], first: int) -> None:
        address = urlsplit(url)
        head = f"GET {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\ncookie: moment_session="
        order = [*cookies[first:], *cookies[:first]]
        self._requests = cycle([f"{head}{cookie}\r\n\r\n".encode() for cookie in order])

    def request(self) -> bytes:
        return next(self._requests)


class Webhook:
    """Signed requests, each with one video message of its own id, all of one learner."""

    def __init__(self, url: str, secret: str, learner: int) -> None:
        address = urlsplit(url)
        self._secret = secret.encode()
        self._head = (
            f"POST {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\nuser-agent: LineBotWebhook/2.0\r\n"
            "content-type: application/json; charset=utf-8\r\n"
        )
        self._event = {
            "type": "message",
            "mode": "active",
            "timestamp": 1_795_312_800_000,
            "source": {"type": "user", "userId": f"U{learner:032x}"},
            "replyToken": uuid4().hex,
            "deliveryContext": {"isRedelivery": False},
            "message": {
                "type": "video",
                "id": "500000000000000001",
                "quoteToken": "q" * 80,
                "duration": 60_000,
                "contentProvider": {"type": "line"},
            },
        }

    def request(self) -> bytes:
        event = {**self._event, "webhookEventId": uuid4().hex}
        body = json.dumps({"destination": "U" + "b" * 32, "events": [event]}).encode()
        signature = base64.b64encode(hmac.digest(self._secret, body, hashlib.sha256)).decode()
        head = f"{self._head}x-line-signature: {signature}\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request when the last is answered, after a pause of random length whose mean is `pause` seconds,
    until the time is over."""

    def __init__(self, requests: Requests, tally: _Tally, pause: float) -> None:
        self._requests = requests
        self._tally = tally
        self._pause = pause
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._send_soon()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() == 200:
            self._tally.waits.append(time.perf_counter() - self._sent_at)
        else:
            self._tally.refused += 1
        self._send_soon()

    def _send_soon(self) -> None:
        pause = random.uniform(0, 2 * self._pause)  # noqa: S311
        if time.perf_counter() + pause >= self._tally.stop_at:
            self._transport.close()
        elif pause:
            asyncio.get_running_loop().call_later(pause, self._send)
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._tally.refused += 1
        self.done.set_result(None)

    def _send(self) -> None:
        request = self._requests.request()
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def load(
    url: str, requests_of: Callable[[int], Requests], connections: int, seconds: float, pause: float = 0.0
) -> Load:
    """`requests_of` makes those of one connection, by its number."""
    address = urlsplit(url)
    started_at = time.perf_counter()
    tally = _Tally(stop_at=started_at + seconds)
    loop = asyncio.get_running_loop()
    endings = []
    for number in range(connections):
        requests = requests_of(number)
        _, protocol = await loop.create_connection(
            lambda requests=requests: _Connection(requests, tally, pause),  # type: ignore[misc]
            address.hostname or "",
            address.port or 80,
        )
        endings.append(protocol.done)
    await asyncio.gather(*endings)
    took = time.perf_counter() - started_at
    return Load(
        per_second=len(tally.waits) / took,
        p50_ms=percentile(tally.waits, 0.5) * 1000,
        p99_ms=percentile(tally.waits, 0.99) * 1000,
        refused=tally.refused,
    )


def _webhooks(options: argparse.Namespace) -> Callable[[int], Requests]:
    return lambda number: Webhook(options.url, options.secret, number)


def _readers(options: argparse.Namespace) -> Callable[[int], Requests]:
    cookies = options.cookies.read_text().split()
    return lambda number: Reader(options.url, cookies, number * len(cookies) // options.connections)


def main() -> None:
    parser = argparse.ArgumentParser(prog="load_client")
    parser.add_argument("url")
    parser.add_argument("--secret", help="of a webhook's channel")
    parser.add_argument("--cookies", type=Path, help="a file with those of learners, one a line")
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    requests_of = _readers(options) if options.cookies else _webhooks(options)
    result = uvloop.run(load(options.url, requests_of, options.connections, options.seconds, options.pause))
    print(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
