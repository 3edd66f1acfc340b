"""All the desk's Stripe knows, and how it tells of a change."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from simulator.http.double import Double
from simulator.stripe.calendar import Calendar
from simulator.stripe.config import StripeConfig
from simulator.stripe.faults import Fault
from simulator.stripe.idempotency import Idempotency
from simulator.stripe.log import Crossing
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.platform import Event
from simulator.stripe.store import Store, new_id


@dataclass(frozen=True)
class Cause:
    """The call that is being answered, which events name; nobody's, when time or a page changes something."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Stripe(Double[Crossing, Fault]):
    """`base_url` is where callers and browsers reach the desk; `deliver` is handed each new event."""

    def __init__(self, config: StripeConfig, base_url: str) -> None:
        super().__init__()
        self.config = config
        self.base_url = base_url
        self.calendar = Calendar(self.clock)
        self.store = Store()
        self.idempotency = Idempotency()
        self.cause = Cause()
        self.deliver: Callable[[Event], None] = lambda _event: None

    def now(self) -> int:
        return self.calendar.now()

    def facts(self, kind: type[StripeObject]) -> dict[str, Any]:
        """What every new object begins with."""
        return {"id": new_id(kind.prefix), "created": self.now()}

    def view(self, entry: StripeObject, expand: Iterable[str] = ()) -> Json:
        return self.store.view(entry, expand)

    def tell(self, event_type: str, entry: StripeObject, previous: Json | None = None) -> Event:
        """Makes an event with the object as it is now (docs.stripe.com/api/events/object)."""
        data: Json = {"object": self.view(entry)}
        if previous is not None:
            data["previous_attributes"] = previous
        cause = {"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key}
        event = Event(
            **self.facts(Event),
            api_version=self.config.api_version,
            data=data,
            request=cause,
            type=event_type,
        )
        self.store.add(event)
        self.deliver(event)
        return event

    @contextmanager
    def changing(self, entry: StripeObject) -> Iterator[None]:
        """Tells of what the block has changed, if anything."""
        before = self.view(entry)
        yield
        after = self.view(entry)
        previous = {name: value for name, value in before.items() if after.get(name) != value}
        if previous:
            self.tell(f"{_EVENT_PREFIX.get(entry.kind, entry.kind)}.updated", entry, previous)

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        self.cause = cause
        try:
            yield
        finally:
            self.cause = Cause()


_EVENT_PREFIX = {"subscription": "customer.subscription"}
