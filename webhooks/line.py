"""LINE's webhook: verify, store, answer. Nothing is read before it is stored (LINE docs: Receiving messages)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from jobs.inbox import Row
from jobs.sieve import Sieve, parse
from line.events import group_of
from line.signature import is_signed
from logs.context import carried_ids
from logs.logger import get_logger
from models.inbox import UNREADABLE, EventSource
from settings import LineChannel
from webhooks.delivery import DeliveryRefused, answer, read_body
from webhooks.inbox import InboxWriter

log = get_logger(__name__)

LATEST_MS = 253_402_300_799_999  # the end of the year 9999, the last that a date can have


@dataclass
class LineWebhook:
    """A plain ASGI endpoint: a framework's request and response would cost more here than all the rest."""

    inbox: InboxWriter
    channels: Sequence[LineChannel]
    max_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 once every event is committed; 401 unsigned or wrongly signed, 404 no such channel, 408 too slow,
        413 too large, 400 not LINE's shape."""
        await answer(EventSource.LINE, self._take(scope, receive), send)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        name = scope["path_params"]["channel_name"]
        channel = next((channel for channel in self.channels if channel.name == name), None)
        if channel is None or not channel.channel_secret.get_secret_value():
            raise DeliveryRefused(404)
        headers = dict(scope["headers"])
        body = await read_body(headers, receive, self.max_bytes)
        if not is_signed(channel.signing_secrets, body, headers.get(b"x-line-signature", b"")):
            log.warning("wrong signature", channel=channel.name)
            raise DeliveryRefused(401)
        events = _events(body)
        if events:
            request_id = carried_ids().get("request_id", "")
            rows = [line_row(channel.name, event) | {"request_id": request_id} for event in events]
            await self.inbox.add(rows)
            if unreadable := sum(row["outcome"] == UNREADABLE for row in rows):
                log.warning("events unreadable", channel=channel.name, count=unreadable)


def line_row(channel: str, event: Mapping[str, Any]) -> Row:
    """The event as it came, with what routing needs beside it. Tolerates any shape. One that cannot be kept whole is
    settled at once: nobody acts on half of what a sender meant."""
    sieve = Sieve()
    event = sieve.value(event)
    group = group_of(event)
    if "message" in event and (group is not None or not sieve.is_whole):
        # What people say to each other is not for us to keep, nor what no later unsending would find.
        event = {**event, "message": {}}
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, Mapping) else None
    subject = group.id if group is not None else user_id
    stamp = event.get("timestamp")
    event_id = event.get("webhookEventId")
    has_id = isinstance(event_id, str) and 0 < len(event_id) <= 128
    return {
        "source": EventSource.LINE,
        "event_id": event_id if has_id else _fingerprint(event),
        "channel": channel,
        "subject": subject[:64] if isinstance(subject, str) else "",
        "event_type": str(event.get("type", ""))[:64],
        "timestamp_ms": stamp if type(stamp) is int and 0 <= stamp <= LATEST_MS else 0,  # true is an int too
        "body": event,
        "outcome": "" if sieve.is_whole else UNREADABLE,
    }


def _fingerprint(event: Mapping[str, Any]) -> str:
    """An id for an event that has none: equal events are one."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _events(body: bytes) -> list[dict[str, Any]]:
    """The events of a signed body; LINE's own check sends none. Raises 400 for what is not LINE's shape."""
    try:
        delivery = parse(body)
    except ValueError as error:
        raise DeliveryRefused(400) from error
    events = delivery.get("events") if isinstance(delivery, dict) else None
    if not isinstance(events, list):
        raise DeliveryRefused(400)
    return [event for event in events if isinstance(event, dict)]
