"""LINE → bot: signed deliveries, the two-second budget, redelivery, duplicates and reordering."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import httpx

from simulator.http.errors import DeskError
from simulator.http.readable import readable_body
from simulator.line import identifiers
from simulator.line.behaviour import Order
from simulator.line.log import Crossing, visible_headers
from simulator.line.state import Channel, Json, Platform

TIME_BUDGET_SECONDS = 2.0  # LINE docs: Check webhook error causes, request_timeout
USER_AGENT = "LineBotWebhook/2.0"
EVENT_LIMIT = 10_000


def sign(channel_secret: str, body: bytes) -> str:
    """The x-line-signature of these bytes (LINE docs: Verify webhook signature)."""
    digest = hmac.new(channel_secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


@dataclass(frozen=True)
class Outcome:
    """How one delivery went. `error` names what failed as LINE's error statistics do."""

    status: int | None
    duration_ms: float
    error: str | None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass
class _Event:
    channel: Channel
    event: Json
    chat_id: str


@dataclass
class Webhooks:
    """Delivers one chat's events in order and different chats' at the same time."""

    platform: Platform
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False))
    _tails: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: list[_Event] = field(default_factory=list)
    _entries: dict[str, _Event] = field(default_factory=dict)

    def emit(
        self, channel: Channel, chat_id: str, source: Json | None, specific: Json, *, replyable: bool = True
    ) -> str:
        """Queues an event of a chat, where webhooks are on, and returns its webhookEventId. Call from the event loop."""
        now = self.platform.clock.now_ms()
        event: Json = {
            "type": specific["type"],
            "mode": "active",
            "timestamp": now,
            **({} if source is None else {"source": source}),
            "webhookEventId": identifiers.webhook_event_id(now),
            "deliveryContext": {"isRedelivery": False},
            **specific,
        }
        if replyable:
            event["replyToken"] = self.platform.new_reply_token(channel, chat_id, now)
        entry = _Event(channel, event, chat_id)
        if channel.takes_webhooks:
            self._remember(entry)
            if self.platform.behaviour.hold:
                self._waiting.append(entry)
            else:
                self._queue(entry)
        return str(event["webhookEventId"])

    def release(self, order: Order) -> int:
        """Sends what was held and returns how many events that were. `batch` puts a channel's into one body."""
        waiting, self._waiting = self._waiting, []
        if order == "batch":
            for channel in self.platform.channels.values():
                events = [entry.event for entry in waiting if entry.channel is channel]
                if events:
                    self._spawn(self._deliver(channel, events))
        else:
            # One chain, so that the chosen order is the order of arrival whoever the learners are.
            in_order = waiting if order == "fifo" else waiting[::-1]
            self._spawn(self._deliver_one_by_one(in_order))
        return len(waiting)

    async def redeliver(self, webhook_event_id: str, times: int) -> list[Outcome]:
        """The same event again with isRedelivery, its token and its timestamp unchanged. Raises DeskError 404."""
        entry = self._entries.get(webhook_event_id)
        if entry is None:
            raise DeskError(404, "no such webhook event")
        return [await self.post(entry.channel, [_as_redelivery(entry.event)]) for _ in range(times)]

    async def post(self, channel: Channel, events: list[Json], endpoint: str | None = None) -> Outcome:
        """One signed POST of exactly these events. A slow answer counts as failed although it may have arrived."""
        for event in events:
            self.platform.start_reply_token(channel, event.get("replyToken"))
        body = json.dumps(
            {"destination": channel.config.bot_user_id, "events": events},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": USER_AGENT,
            "x-line-signature": sign(channel.config.channel_secret, body),
        }
        url = endpoint or channel.webhook_url
        crossing = Crossing(
            at=self.platform.clock.now_ms(),
            direction="LINE→bot",
            method="POST",
            path=httpx.URL(url).path,
            channel=channel.name,
            headers=visible_headers(headers.items()),
            request=readable_body(body, "application/json"),
        )
        self.platform.log.open(crossing)
        start = time.perf_counter()
        status, error = None, None
        try:
            async with asyncio.timeout(TIME_BUDGET_SECONDS):
                response = await self._client.post(url, content=body, headers=headers, timeout=None)
            status = response.status_code
            crossing.response = readable_body(response.content, response.headers.get("content-type", ""))
            error = None if response.is_success else "error_status_code"
        except TimeoutError:
            error = "request_timeout"
        except httpx.ConnectError:
            error = "could_not_connect"
        except (httpx.HTTPError, OSError, RuntimeError):
            # A bot that dies while a kept connection is written to: the event loop's own error (uvloop says
            # RuntimeError) then comes through the client as it is.
            error = "unclassified"
        outcome = Outcome(status, round((time.perf_counter() - start) * 1000, 1), error)
        crossing.status, crossing.error, crossing.duration_ms = status, error, outcome.duration_ms
        return outcome

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _remember(self, entry: _Event) -> None:
        self._entries[entry.event["webhookEventId"]] = entry
        if len(self._entries) > EVENT_LIMIT:
            del self._entries[next(iter(self._entries))]

    def _queue(self, entry: _Event) -> None:
        key = (entry.channel.name, entry.chat_id)
        previous = self._tails.get(key)

        async def in_turn() -> None:
            if previous is not None:
                await asyncio.wait({previous})
            await self._deliver(entry.channel, [entry.event])

        self._tails[key] = self._spawn(in_turn())

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver_one_by_one(self, entries: list[_Event]) -> None:
        for entry in entries:
            await self._deliver(entry.channel, [entry.event])

    async def _deliver(self, channel: Channel, events: list[Json]) -> None:
        outcome = await self.post(channel, events)
        for _ in range(self.platform.behaviour.duplicates):
            await self.post(channel, events)
        if not outcome.ok and self.platform.behaviour.redelivery:
            # Not in the learner's chain: later events overtake a redelivery, as on LINE.
            self._spawn(self._redeliver_until_success(channel, events))

    async def _redeliver_until_success(self, channel: Channel, events: list[Json]) -> None:
        for delay in self.platform.config.redelivery_delays_seconds:
            await asyncio.sleep(delay)
            if not self.platform.behaviour.redelivery:
                return
            outcome = await self.post(channel, [_as_redelivery(event) for event in events])
            if outcome.ok:
                return


def _as_redelivery(event: Json) -> Json:
    return {**event, "deliveryContext": {"isRedelivery": True}}
