"""Customers and their cards."""

from typing import Any, ClassVar

from simulator.stripe import ending, payments
from simulator.stripe.cards import BY_NAME, BY_NUMBER
from simulator.stripe.checkout import new_customer
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid
from simulator.stripe.forms import Entries
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.billing import Subscription
from simulator.stripe.objects.catalogue import Customer, PaymentMethod
from simulator.stripe.parameters import (
    CreatedListParameters,
    ListParameters,
    Metadata,
    Nested,
    Parameters,
    Unset,
    merge_metadata,
)
from simulator.stripe.state import Stripe


class Address(Nested):
    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class InvoiceSettings(Nested):
    default_payment_method: str | None = None


class CustomerFacts(Parameters):
    """A field that is sent empty is taken away."""

    address: Address | Unset | None = None
    description: str | None = None
    email: str | None = None
    invoice_settings: InvoiceSettings | None = None
    metadata: Metadata | Unset | None = None
    name: str | None = None
    phone: str | None = None
    preferred_locales: Entries[str] | None = None


_NOT_DONE = frozenset(
    [
        "balance",
        "business_name",
        "cash_balance",
        "individual_name",
        "invoice_prefix",
        "next_invoice_sequence",
        "shipping",
        "source",
        "tax",
        "tax_exempt",
        "validate",
    ]
)


class CreateCustomer(CustomerFacts):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE | {"tax_id_data", "test_clock"}

    payment_method: str | None = None


class UpdateCustomer(CustomerFacts):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE | {"default_source"}


class ListCustomers(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"test_clock"})

    email: str | None = None


class ListMethods(ListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"allow_redisplay"})

    type: str | None = None


class AttachMethod(Parameters):
    customer: str


def create(call: Call[CreateCustomer]) -> StripeObject:
    asked = call.parameters
    method = None
    if asked.payment_method is not None:
        method = find_method(call.stripe, asked.payment_method, "payment_method")
    customer = new_customer(call.stripe, **_fields(asked))
    if method is not None:
        payments.attach(call.stripe, method, customer)
        _choose(call.stripe, customer, asked, method)
    return customer


def update(call: Call[UpdateCustomer]) -> StripeObject:
    customer, asked = call.stripe.store.find(Customer, call.id), call.parameters
    metadata = customer.metadata
    with call.stripe.changing(customer):
        for name, value in _fields(asked).items():
            setattr(customer, name, value)
        customer.metadata = merge_metadata(metadata, asked.metadata)
    _choose(call.stripe, customer, asked, None)
    return customer


def _fields(asked: CustomerFacts) -> dict[str, Any]:
    fields = {
        name: value
        for name, value in asked.changes().items()
        if name not in ("invoice_settings", "payment_method")
    }
    if isinstance(asked.address, Address):
        fields["address"] = asked.address.model_dump()
    if "metadata" in fields:
        fields["metadata"] = asked.metadata or {}
    return {name: None if value == "" else value for name, value in fields.items()}


def _choose(stripe: Stripe, customer: Customer, asked: CustomerFacts, method: PaymentMethod | None) -> None:
    """`invoice_settings[default_payment_method]` must be one of the customer's own."""
    wanted = asked.invoice_settings.default_payment_method if asked.invoice_settings else None
    if wanted is None:
        return
    chosen = (
        method
        if method and wanted in (method.id, BY_NUMBER[method.number].name)
        else stripe.store.get(PaymentMethod, wanted)
    )
    if wanted and (chosen is None or chosen.customer != customer.id):
        raise invalid(
            f"The customer does not have a payment method with the ID {wanted}. The payment method must be attached to "
            "the customer.",
            "invoice_settings[default_payment_method]",
            "resource_missing",
        )
    payments.make_default(stripe, customer, chosen)


def find_method(stripe: Stripe, object_id: str, param: str) -> PaymentMethod:
    """One that is there, or a new one of a test card's name (docs.stripe.com/testing, "PaymentMethods")."""
    if object_id in BY_NAME:
        card = BY_NAME[object_id]
        method = payments.new_method(stripe, card)
        method.set_up = card.authenticates == "never"  # code attaches it, and nobody was asked
        return method
    return stripe.store.find(PaymentMethod, object_id, param)


def retrieve(call: Call[Parameters]) -> Json:
    customer = call.stripe.store.get(Customer, call.id)
    return call.stripe.view(customer or call.stripe.store.find(Customer, call.id))


def delete(call: Call[Parameters]) -> Json:
    """Its subscriptions end at once (docs.stripe.com/api/customers/delete)."""
    customer = call.stripe.store.find(Customer, call.id)
    for subscription in call.stripe.store.all(Subscription):
        if subscription.customer == customer.id and subscription.is_alive:
            ending.end(call.stripe, subscription, "cancellation_requested")
    call.stripe.tell("customer.deleted", customer)
    customer.deleted = True
    return call.stripe.view(customer)


def list_all(call: Call[ListCustomers]) -> Json:
    asked = call.parameters
    entries = [
        customer
        for customer in call.stripe.store.all(Customer)
        if not customer.deleted
        and (asked.email is None or customer.email == asked.email)
        and asked.fits_created(customer.created)
    ]
    return page(call.stripe, entries, asked, "/v1/customers")


def list_methods(call: Call[ListMethods]) -> Json:
    customer = call.stripe.store.find(Customer, call.id, "customer")
    entries = [method for method in call.stripe.store.all(PaymentMethod) if method.customer == customer.id]
    return page(call.stripe, entries, call.parameters, f"/v1/customers/{customer.id}/payment_methods")


def retrieve_method(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(PaymentMethod, call.id)


def attach(call: Call[AttachMethod]) -> StripeObject:
    customer = call.stripe.store.find(Customer, call.parameters.customer, "customer")
    method = find_method(call.stripe, call.id, "id")
    payments.attach(call.stripe, method, customer)
    return method


def detach(call: Call[Parameters]) -> StripeObject:
    method = call.stripe.store.find(PaymentMethod, call.id)
    customer = call.stripe.store.get(Customer, method.customer)
    if customer is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    if customer.invoice_settings.default_payment_method == method.id:
        payments.make_default(call.stripe, customer, None)
    method.customer = None
    for subscription in call.stripe.store.all(Subscription):
        if subscription.default_payment_method == method.id:
            subscription.default_payment_method = None
    call.stripe.tell("payment_method.detached", method)
    return method


routes = [
    endpoint("customers.create", CreateCustomer, create),
    endpoint("customers.list", ListCustomers, list_all),
    endpoint("customers.retrieve", Parameters, retrieve),
    endpoint("customers.update", UpdateCustomer, update),
    endpoint("customers.delete", Parameters, delete),
    endpoint("customers.payment_methods.list", ListMethods, list_methods),
    endpoint("payment_methods.retrieve", Parameters, retrieve_method),
    endpoint("payment_methods.attach", AttachMethod, attach),
    endpoint("payment_methods.detach", Parameters, detach),
]
