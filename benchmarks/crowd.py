"""A LINE of many learners: sends their taps, and takes the answers. It knows of each tap when it was answered, and how often.

One process, and as lean as Python gets, so that it is the bot that is measured. It accepts whatever the bot asks of it.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import httpx
import uvloop

from benchmarks.learners import line_id
from benchmarks.measurement import percentile
from simulator.line.webhooks import sign

QUIET_SECONDS = 15.0  # without an answer: what has not come by then will never
LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class Plan:
    """`burst` taps of `learners` in turns, as fast as they are taken on so many connections; or, for `seconds`, each
    learner's taps so many a second, the first learner's at another rate."""

    learners: int
    url: str = ""  # of the webhook
    secret: str = ""
    connections: int = 50
    burst: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    first_rate: float = 0.0


@dataclass(frozen=True)
class Seen:
    """Milliseconds until the webhook said 200, and until others than the first learner had their answer."""

    sent: int
    refused: int
    doubled: int
    pushed: int
    taken_p50: float
    taken_p99: float
    others_unanswered: int
    others_p95: float


@dataclass
class _Tap:
    learner: int
    sent_at: float
    answers: int = 0
    answered_at: float = 0.0


@dataclass
class _Day:
    """What one plan has brought so far."""

    taps: dict[str, _Tap] = field(default_factory=dict)  # by reply token
    taps_of: dict[str, list[_Tap]] = field(default_factory=dict)  # by learner
    waits: list[float] = field(default_factory=list)  # seconds until 200
    refused: int = 0
    unanswered: int = 0
    pushed: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, token: str, learner: int) -> _Tap:
        self.taps[token] = tap = _Tap(learner, time.monotonic())
        self.taps_of.setdefault(line_id(learner), []).append(tap)
        self.unanswered += 1
        return tap

    def reply(self, token: str) -> None:
        """Of an earlier day it is nobody's."""
        if token in self.taps:
            self._answer(self.taps[token])

    def push(self, line_user_id: str) -> None:
        """An answer whose token was too old: that of the learner's oldest tap without one."""
        own = self.taps_of.get(line_user_id, [])
        if own:
            self.pushed += 1
            self._answer(next((tap for tap in own if not tap.answers), own[-1]))

    def _answer(self, tap: _Tap) -> None:
        if not tap.answers:
            tap.answered_at = time.monotonic()
            self.unanswered -= 1
            self.news.set()
        tap.answers += 1

    async def until_answered(self) -> None:
        """All that will be."""
        with suppress(TimeoutError):
            while self.unanswered:
                self.news.clear()
                await asyncio.wait_for(self.news.wait(), QUIET_SECONDS)

    def seen(self) -> Seen:
        taps = list(self.taps.values())
        others = [tap for tap in taps if tap.learner > 0]
        waits = [(tap.answered_at - tap.sent_at) * 1000 for tap in others if tap.answers]
        return Seen(
            sent=len(taps),
            refused=self.refused,
            doubled=sum(tap.answers > 1 for tap in taps),
            pushed=self.pushed,
            taken_p50=percentile(self.waits, 0.5) * 1000,
            taken_p99=percentile(self.waits, 0.99) * 1000,
            others_unanswered=len(others) - len(waits),
            others_p95=percentile(waits, 0.95),
        )


class _Sender(asyncio.Protocol):
    """One connection to the bot's webhook; a server closes those that are idle."""

    def __init__(self, plan: Plan, day: _Day, numbers: "count[int]") -> None:
        self._plan, self._day, self._numbers = plan, day, numbers
        self._parser = httptools.HttpResponseParser(self)
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._status.set_result(self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self._status.done():
            self._status.set_result(0)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def tap(self, learner: int) -> None:
        number = next(self._numbers)
        token = f"tap-{number}"
        request = _webhook(self._plan, number, learner, token)
        transport = self._transport or await self._connect()
        self._status = asyncio.get_running_loop().create_future()
        tap = self._day.begin(token, learner)
        transport.write(request)
        if await self._status == 200:
            self._day.waits.append(time.monotonic() - tap.sent_at)
        else:
            self._day.refused += 1

    async def _connect(self) -> asyncio.Transport:
        address = urlsplit(self._plan.url)
        self._parser = httptools.HttpResponseParser(self)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: self, address.hostname or "", address.port or 80)
        return transport


def _webhook(plan: Plan, number: int, learner: int, token: str) -> bytes:
    event = {
        "type": "postback",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": line_id(learner)},
        "replyToken": token,
        "webhookEventId": f"{plan.url}-{number}",
        "deliveryContext": {"isRedelivery": False},
        "postback": {"data": "action=menu"},
    }
    body = json.dumps({"destination": "U" + "b" * 32, "events": [event]}).encode()
    address = urlsplit(plan.url)
    head = (
        f"POST {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
        f"x-line-signature: {sign(plan.secret, body)}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class _Crowd:
    day: _Day = field(default_factory=_Day)
    numbers: "count[int]" = field(default_factory=count)
    message_ids: "count[int]" = field(default_factory=lambda: count(1))

    async def answer(self, path: str, body: bytes) -> Any:
        match path:
            case "/v2/bot/message/reply":
                message = json.loads(body)
                self.day.reply(message["replyToken"])
                return self._sent(message)
            case "/v2/bot/message/push":
                message = json.loads(body)
                self.day.push(message["to"])
                return self._sent(message)
            case "/crowd/play":
                return asdict(await self._play(Plan(**json.loads(body))))
            case path if path.startswith("/v2/bot/profile/"):
                return {"userId": path.rpartition("/")[2], "displayName": "ゆうこ"}
        return {}

    def _sent(self, message: dict[str, Any]) -> Any:
        ids = [str(next(self.message_ids)) for _ in message["messages"]]
        return {"sentMessages": [{"id": each, "quoteToken": each} for each in ids]}

    async def _play(self, plan: Plan) -> Seen:
        self.day = day = _Day()
        free: asyncio.LifoQueue[_Sender] = asyncio.LifoQueue()
        for _ in range(plan.connections):
            free.put_nowait(_Sender(plan, day, self.numbers))
        if plan.burst:
            turns = iter(range(plan.burst))
            await asyncio.gather(*(_burst(plan, turns, free) for _ in range(plan.connections)))
        else:
            await asyncio.gather(*(_tap_on(plan, learner, free) for learner in range(plan.learners)))
        await day.until_answered()
        while not free.empty():
            free.get_nowait().close()
        return day.seen()


async def _burst(plan: Plan, turns: Iterator[int], free: "asyncio.LifoQueue[_Sender]") -> None:
    for turn in turns:
        await _tap(turn % plan.learners, free)


async def _tap_on(plan: Plan, learner: int, free: "asyncio.LifoQueue[_Sender]") -> None:
    """At its rate whatever the answers do, as thumbs are; learners do not begin all at once."""
    rate = plan.rate if learner or not plan.first_rate else plan.first_rate
    begin = time.monotonic() + learner / plan.learners / rate
    async with asyncio.TaskGroup() as taps:
        for number in range(int(plan.seconds * rate)):
            await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
            taps.create_task(_tap(learner, free))


async def _tap(learner: int, free: "asyncio.LifoQueue[_Sender]") -> None:
    sender = await free.get()
    await sender.tap(learner)
    free.put_nowait(sender)


class _Listener(asyncio.Protocol):
    """One connection of the bot's, or of who asks for a plan to be played."""

    def __init__(self, crowd: _Crowd) -> None:
        self._crowd = crowd
        self._parser = httptools.HttpRequestParser(self)
        self._path, self._body = "", b""
        self._answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._path, self._body = "", b""

    def on_url(self, url: bytes) -> None:
        self._path += url.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(self._path, self._body))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, path: str, body: bytes) -> None:
        content = json.dumps(await self._crowd.answer(path, body)).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)


def serve(port: int) -> None:
    """Until it is told to stop."""
    uvloop.run(_listen(port))


async def _listen(port: int) -> None:
    crowd = _Crowd()
    server = await asyncio.get_running_loop().create_server(lambda: _Listener(crowd), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def play(line_url: str, plan: Plan) -> Seen:
    """Asks the crowd at this address to do so."""
    answer = httpx.post(f"{line_url}/crowd/play", json=asdict(plan), timeout=LONGEST_SECONDS, trust_env=False)
    return Seen(**answer.raise_for_status().json())
