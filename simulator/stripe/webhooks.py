"""Stripe → app: signed deliveries, tries again, duplicates, and any order (docs.stripe.com/webhooks)."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from simulator.http.errors import DeskError
from simulator.http.readable import readable_body
from simulator.stripe.log import Crossing, visible_headers
from simulator.stripe.objects.base import Json
from simulator.stripe.objects.platform import Event, WebhookEndpoint
from simulator.stripe.state import Stripe
from simulator.stripe.versions import in_version

TIME_BUDGET_SECONDS = 20.0  # not published; longer than any app should take
USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
Order = Literal["fifo", "reverse", "shuffle"]


class Behaviour(BaseModel):
    """How events come. `duplicates` are further copies of each; `delay_seconds` of the wall clock."""

    model_config = ConfigDict(extra="forbid")

    hold: bool = False
    duplicates: int = Field(0, ge=0, le=100)
    delay_seconds: float = Field(0, ge=0, le=600)
    redelivery: bool = True


@dataclass(frozen=True)
class Delivery:
    """How one POST went."""

    event: str
    type: str
    endpoint: str
    status: int | None
    duration_ms: float
    error: str | None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sign(secrets: Sequence[str], body: bytes, second: int) -> str:
    """The Stripe-Signature of these bytes: a `v1` for each secret that is valid (docs.stripe.com/webhooks/signature).

    In test mode there is a `v0` too, of a scheme that proves nothing.
    """
    digests = [
        hmac.new(secret.encode(), b"%d." % second + body, hashlib.sha256).hexdigest() for secret in secrets
    ]
    fake = hashlib.sha256(body).hexdigest()
    return ",".join([f"t={second}", *(f"v1={digest}" for digest in digests), f"v0={fake}"])


def render(event: Event, endpoint: WebhookEndpoint, account_version: str) -> Json:
    """In the endpoint's API version, or as a thin notification (docs.stripe.com/event-destinations)."""
    if endpoint.payload == "thin":
        return _thin(event)
    version = endpoint.api_version or account_version
    body: Json = in_version(event.model_dump(mode="json"), version)
    return {**body, "api_version": version, **({"account": event.account} if event.account else {})}


def _thin(event: Event) -> Json:
    related = event.data["object"]
    collection = {"checkout.session": "checkout/sessions"}.get(related["object"], f"{related['object']}s")
    return {
        "id": event.id,
        "object": "v2.core.event",
        "type": f"v1.{event.type}",
        "livemode": False,
        "created": datetime.fromtimestamp(event.created, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "context": None,
        "reason": None,
        "related_object": {
            "id": related["id"],
            "type": related["object"],
            "url": f"/v1/{collection}/{related['id']}",
        },
    }


@dataclass
class Webhooks:
    """Delivers an endpoint's events one after the other; different endpoints' at the same time."""

    stripe: Stripe
    behaviour: Behaviour = field(default_factory=Behaviour)
    deliveries: list[Delivery] = field(default_factory=list)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False))
    _tails: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _held: list[Event] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """A new event. Call from the event loop."""
        event.pending_webhooks = len(self._endpoints(event))
        if self.behaviour.hold:
            self._held.append(event)
        else:
            self._queue(event)

    def release(self, order: Order, seed: int, event_ids: list[str] | None) -> int:
        """Sends what was held, in this order or in that of `event_ids`, of which one may stand more than once."""
        held, self._held = self._held, []
        if event_ids is not None:
            held = [self._event(event_id) for event_id in event_ids]
        elif order == "reverse":
            held.reverse()
        elif order == "shuffle":
            random.Random(seed).shuffle(held)  # noqa: S311 - an order, no secret
        for event in held:
            self._queue(event)
        return len(held)

    async def redeliver(self, event_id: str, times: int) -> list[Delivery]:
        """The same event again, to each endpoint that takes it. Raises DeskError 404."""
        event = self._event(event_id)
        return [await self.post(endpoint, event) for endpoint in self._endpoints(event) for _ in range(times)]

    async def post(self, endpoint: WebhookEndpoint, event: Event, signed_seconds_ahead: int = 0) -> Delivery:
        """One signed POST. Its stamp is of the wall clock, against which the app checks it."""
        body = json.dumps(
            render(event, endpoint, self.stripe.config.api_version), ensure_ascii=False, indent=2
        ).encode()
        signature = sign(endpoint.secrets(self.stripe.now()), body, int(time.time()) + signed_seconds_ahead)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": USER_AGENT,
            "stripe-signature": signature,
        }
        crossing = Crossing(
            at=self.stripe.clock.now_ms(),
            direction="Stripe→app",
            method="POST",
            path=httpx.URL(endpoint.url).path,
            event=event.id,
            headers=visible_headers(headers.items()),
            request=readable_body(body, "application/json"),
        )
        self.stripe.log.open(crossing)
        start = time.perf_counter()
        await self._send(endpoint.url, body, headers, crossing)
        crossing.duration_ms = round((time.perf_counter() - start) * 1000, 1)
        delivery = Delivery(
            event.id, event.type, endpoint.id, crossing.status, crossing.duration_ms, crossing.error
        )
        self.deliveries.append(delivery)
        return delivery

    async def _send(self, url: str, body: bytes, headers: dict[str, str], crossing: Crossing) -> None:
        try:
            async with asyncio.timeout(TIME_BUDGET_SECONDS):
                response = await self._client.post(url, content=body, headers=headers, timeout=None)
            crossing.status = response.status_code
            crossing.response = readable_body(response.content, response.headers.get("content-type", ""))
            crossing.error = None if response.is_success else "error_status_code"
        except TimeoutError:
            crossing.error = "timeout"
        except httpx.ConnectError:
            crossing.error = "could_not_connect"
        except (httpx.HTTPError, OSError, RuntimeError):
            crossing.error = "connection_lost"

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _event(self, event_id: str) -> Event:
        event = self.stripe.store.get(Event, event_id)
        if event is None:
            raise DeskError(404, f"no event {event_id}")
        return event

    def _endpoints(self, event: Event) -> list[WebhookEndpoint]:
        endpoints = reversed(self.stripe.store.all(WebhookEndpoint))
        return [endpoint for endpoint in endpoints if endpoint.takes(event.type)]

    def _queue(self, event: Event) -> None:
        for endpoint in self._endpoints(event):
            previous = self._tails.get(endpoint.id)
            self._tails[endpoint.id] = self._spawn(self._in_turn(previous, endpoint, event))

    async def _in_turn(
        self, previous: asyncio.Task[None] | None, endpoint: WebhookEndpoint, event: Event
    ) -> None:
        if previous is not None:
            await asyncio.wait({previous})
        await asyncio.sleep(self.behaviour.delay_seconds)
        deliveries = [await self.post(endpoint, event) for _ in range(1 + self.behaviour.duplicates)]
        if deliveries[0].ok:
            event.pending_webhooks -= 1
        elif self.behaviour.redelivery:
            # Not in turn: later events overtake one that is tried again, as they do at Stripe.
            self._spawn(self._redeliver_until_taken(endpoint, event))

    async def _redeliver_until_taken(self, endpoint: WebhookEndpoint, event: Event) -> None:
        for delay in self.stripe.config.redelivery_delays_seconds:
            await asyncio.sleep(delay)
            if not (self.behaviour.redelivery and endpoint.takes(event.type)):
                return
            if (await self.post(endpoint, event)).ok:
                event.pending_webhooks -= 1
                return

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
