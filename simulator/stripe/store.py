"""All objects of the account, and how they are shown."""

import secrets
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from simulator.stripe.errors import invalid, missing_object
from simulator.stripe.objects.base import Json, ListOf, StripeObject
from simulator.stripe.objects.billing import Invoice, InvoicePayment, Subscription, SubscriptionItem
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Price, Product
from simulator.stripe.objects.payments import Charge, Dispute, PaymentIntent, Refund
from simulator.stripe.objects.platform import Event, WebhookEndpoint
from simulator.stripe.objects.sessions import CheckoutSession, Configuration, PortalSession

KINDS: tuple[type[StripeObject], ...] = (
    Customer,
    Product,
    Price,
    PaymentMethod,
    PaymentIntent,
    Charge,
    Refund,
    Dispute,
    Subscription,
    SubscriptionItem,
    Invoice,
    InvoicePayment,
    CheckoutSession,
    Configuration,
    PortalSession,
    Event,
    WebhookEndpoint,
)
KIND_OF: dict[str, type[StripeObject]] = {str(kind.model_fields["object"].default): kind for kind in KINDS}
EXPAND_LEVELS = 4  # docs.stripe.com/api/expanding_objects
_LETTERS = string.ascii_letters + string.digits

AnyObject = TypeVar("AnyObject", bound=StripeObject)


def new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(24))


@dataclass
class Store:
    """Objects of a kind are kept in the order they were made."""

    _objects: dict[str, StripeObject] = field(default_factory=dict)
    _by_kind: dict[type[StripeObject], dict[str, StripeObject]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )

    def add(self, entry: AnyObject) -> AnyObject:
        self._objects[entry.id] = self._by_kind[type(entry)][entry.id] = entry
        return entry

    def remove(self, entry: StripeObject) -> None:
        del self._objects[entry.id], self._by_kind[type(entry)][entry.id]

    def get(self, kind: type[AnyObject], object_id: str | None) -> AnyObject | None:
        entry = self._objects.get(object_id or "")
        return entry if isinstance(entry, kind) else None

    def find(self, kind: type[AnyObject], object_id: str, param: str = "id") -> AnyObject:
        """Raises StripeError 404, or 400 where a parameter other than the path's names it."""
        entry = self.get(kind, object_id)
        if entry is None or getattr(entry, "deleted", None):
            raise missing_object(str(kind.model_fields["object"].default), object_id, param)
        return entry

    def everything(self) -> list[StripeObject]:
        """In the order it was made."""
        return list(self._objects.values())

    def all(self, kind: type[AnyObject]) -> list[AnyObject]:
        """The newest first."""
        return cast("list[AnyObject]", list(reversed(self._by_kind[kind].values())))

    def view(self, entry: StripeObject, expand: Iterable[str] = ()) -> Json:
        """Raises StripeError 400 for what cannot be expanded."""
        if getattr(entry, "deleted", None):
            return {"id": entry.id, "object": entry.object, "deleted": True}
        body = entry.model_dump(mode="json")
        for path in expand:
            self.expand(body, path)
        return body

    def expand(self, body: Json, path: str) -> None:
        """Puts what a dotted path leads to in its place."""
        if path.count(".") >= EXPAND_LEVELS + path.startswith("data."):
            raise invalid(
                f"You cannot expand more than {EXPAND_LEVELS} levels of a property: {path}", "expand"
            )
        self._expand(body, path.split("."), (), path)

    def _expand(
        self, body: Any, names: Sequence[str], way: tuple[str, ...], path: str, owner: str = ""
    ) -> None:
        """`way` leads from the nearest object, which is an `owner`, to this part of it."""
        if body is None or (not names and not isinstance(body, list)):
            return
        if isinstance(body, list):
            for entry in body:
                self._expand(entry, names, way, path, owner)
            return
        if not isinstance(body, dict):
            raise _not_expandable(path)
        if body.get("object", "list") != "list":
            owner, way = str(body["object"]), ()
        name, way = names[0], (*way, names[0])
        kind = KIND_OF.get(owner)
        if kind is not None and name not in body and name in kind.lists:
            body[name] = self._list(str(body["id"]), owner, name)
        if name not in body:
            raise _not_expandable(path)
        if isinstance(body[name], str):
            body[name] = self._linked(body[name], kind, way, path)
        elif len(names) == 1 and not isinstance(body[name], dict | None):
            raise _not_expandable(path)
        self._expand(body[name], names[1:], way, path, owner)

    def _linked(
        self, object_id: str, kind: type[StripeObject] | None, way: tuple[str, ...], path: str
    ) -> Any:
        if kind is None or ".".join(way) not in kind.links:
            raise _not_expandable(path)
        entry = self._objects.get(object_id)
        return object_id if entry is None else self.view(entry)

    def _list(self, object_id: str, owner: str, name: str) -> Json:
        fits, kind, url = _LISTS[owner, name]
        if owner == "checkout.session":
            session = self.find(CheckoutSession, object_id)
            data = [item.model_dump(mode="json") for item in session.items]
        else:
            data = [self.view(entry) for entry in self.all(kind) if fits(entry, object_id)]
        return ListOf(data=data, url=url.format(id=object_id)).model_dump(mode="json")


def _not_expandable(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", "expand")


_LISTS: dict[tuple[str, str], tuple[Callable[[Any, str], bool], type[StripeObject], str]] = {
    ("customer", "subscriptions"): (
        lambda entry, owner: entry.customer == owner and entry.is_alive,
        Subscription,
        "/v1/customers/{id}/subscriptions",
    ),
    ("invoice", "payments"): (
        lambda entry, owner: entry.invoice == owner,
        InvoicePayment,
        "/v1/invoice_payments",
    ),
    ("charge", "refunds"): (lambda entry, owner: entry.charge == owner, Refund, "/v1/charges/{id}/refunds"),
    ("checkout.session", "line_items"): (
        lambda _entry, _owner: True,
        CheckoutSession,
        "/v1/checkout/sessions/{id}/line_items",
    ),
}
