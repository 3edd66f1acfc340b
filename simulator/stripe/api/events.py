"""Events, of the last thirty days (docs.stripe.com/api/events/list)."""

from simulator.stripe.calendar import DAY
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid
from simulator.stripe.forms import Entries
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.platform import Event
from simulator.stripe.parameters import CreatedListParameters, Parameters

KEEP_SECONDS = 30 * DAY
TYPES_LIMIT = 20


class ListEvents(CreatedListParameters):
    delivery_success: bool | None = None
    type: str | None = None
    types: Entries[str] | None = None

    def fits_type(self, event_type: str) -> bool:
        """`type` may end in `*`."""
        if self.types is not None:
            return event_type in self.types
        if self.type is None:
            return True
        head, star, _ = self.type.partition("*")
        return event_type.startswith(head) if star else event_type == self.type


def retrieve(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Event, call.id)


def list_all(call: Call[ListEvents]) -> Json:
    asked, oldest = call.parameters, call.stripe.now() - KEEP_SECONDS
    if asked.type is not None and asked.types is not None:
        raise invalid("You may only specify one of these parameters: type, types.", "type")
    if asked.types is not None and len(asked.types) > TYPES_LIMIT:
        raise invalid(f"You may pass at most {TYPES_LIMIT} types.", "types")
    entries = [
        event
        for event in call.stripe.store.all(Event)
        if event.created >= oldest
        and event.account is None
        and asked.fits_type(event.type)
        and asked.delivery_success in (None, event.pending_webhooks == 0)
        and asked.fits_created(event.created)
    ]
    return page(call.stripe, entries, asked, "/v1/events")


routes = [
    endpoint("events.list", ListEvents, list_all),
    endpoint("events.retrieve", Parameters, retrieve),
]
