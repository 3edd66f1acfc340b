"""Stripe's events as rows of the inbox. An event is only a hint that something about a customer is new: what it is, is
asked of Stripe then, so that order and repetition of events mean nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from jobs.inbox import Row
from jobs.sieve import Sieve
from models.inbox import UNREADABLE, EventSource

REFRESH = "moment.refresh"  # our own hint: look at this customer now
SECOND_MS = 1000
LONGEST = 255


def inbox_row(event: Mapping[str, Any]) -> Row:
    """Of a snapshot event or a thin one (Stripe docs: Event object; Thin events). Tolerates any shape; an event that names
    no customer has the subject "", and one that cannot be kept whole is settled at once."""
    sieve = Sieve()
    event = sieve.value(event)
    return {
        "source": EventSource.STRIPE,
        "event_id": _text(event.get("id"))[:128] or f"nameless-{uuid4()}",
        "channel": "",
        "subject": customer_of(event)[:128],
        "event_type": _text(event.get("type"))[:64],
        "timestamp_ms": _milliseconds(event.get("created")),
        "body": event,
        "outcome": "" if sieve.is_whole else UNREADABLE,
    }


def refresh_row(customer_id: str, now: datetime, cause: str = "") -> Row:
    """One for each `cause`; without one, at most one in ten seconds, however often somebody looks."""
    seconds = int(now.timestamp())
    return {
        "source": EventSource.STRIPE,
        "event_id": f"refresh:{cause or f'{customer_id}:{seconds // 10}'}"[:128],
        "channel": "",
        "subject": customer_id[:128],
        "event_type": REFRESH,
        "timestamp_ms": seconds * SECOND_MS,
        "body": {},
    }


def customer_of(event: Mapping[str, Any]) -> str:
    """The same in every API line: an object's `customer`, or the customer itself."""
    entry = _entry(event)
    if entry.get("object") == "customer":
        return _text(entry.get("id"))
    customer = entry.get("customer")
    return _text(customer.get("id") if isinstance(customer, Mapping) else customer)


def named_object(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """Kind and id of what a thin event is about ("subscription", "sub_…"); None of a snapshot."""
    related = event.get("related_object")
    if not isinstance(related, Mapping):
        return None
    kind, object_id = _text(related.get("type")).rsplit(".", 1)[-1], _text(related.get("id"))
    return (kind, object_id) if kind and object_id else None


def object_id_of(event: Mapping[str, Any]) -> str:
    return _text(_entry(event).get("id"))[:LONGEST]


def is_of_another_account(event: Mapping[str, Any]) -> bool:
    """Of one that is connected to ours (Stripe docs: Connect webhooks)."""
    return bool(event.get("account") or event.get("context"))


def _entry(event: Mapping[str, Any]) -> Mapping[str, Any]:
    data = event.get("data")
    entry = data.get("object") if isinstance(data, Mapping) else None
    return entry if isinstance(entry, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _milliseconds(created: object) -> int:
    """A snapshot's whole seconds, or a thin event's ISO 8601; 0 where it has neither."""
    if type(created) is int and 0 <= created < 2**33:
        return created * SECOND_MS
    if isinstance(created, str):
        try:
            return max(0, int(datetime.fromisoformat(created).timestamp() * SECOND_MS))
        except ValueError:
            return 0
    return 0
