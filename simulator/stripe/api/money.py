"""Payment intents, charges, refunds and disputes."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe import payments
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.payments import Charge, Dispute, PaymentIntent, Refund
from simulator.stripe.parameters import CreatedListParameters, Metadata, Parameters
from simulator.stripe.state import Stripe


class ListIntents(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"customer_account"})

    customer: str | None = None


class ListCharges(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"transfer_group"})

    customer: str | None = None
    payment_intent: str | None = None


class CreateRefund(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset(
        ["currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer"]
    )

    amount: int | None = Field(None, ge=1)
    charge: str | None = None
    metadata: Metadata | None = None
    payment_intent: str | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


class ListRefunds(CreatedListParameters):
    charge: str | None = None
    payment_intent: str | None = None


class ListDisputes(CreatedListParameters):
    charge: str | None = None
    payment_intent: str | None = None


def retrieve_intent(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(PaymentIntent, call.id)


def list_intents(call: Call[ListIntents]) -> Json:
    asked = call.parameters
    entries = [
        intent
        for intent in call.stripe.store.all(PaymentIntent)
        if asked.customer in (None, intent.customer) and asked.fits_created(intent.created)
    ]
    return page(call.stripe, entries, asked, "/v1/payment_intents")


def retrieve_charge(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Charge, call.id)


def list_charges(call: Call[ListCharges]) -> Json:
    asked = call.parameters
    entries = [
        charge
        for charge in call.stripe.store.all(Charge)
        if asked.customer in (None, charge.customer)
        and asked.payment_intent in (None, charge.payment_intent)
        and asked.fits_created(charge.created)
    ]
    return page(call.stripe, entries, asked, "/v1/charges")


def create_refund(call: Call[CreateRefund]) -> StripeObject:
    asked = call.parameters
    if (asked.charge is None) == (asked.payment_intent is None):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    charge = _charge(call.stripe, asked)
    return payments.refund(call.stripe, charge, asked.amount, asked.reason, asked.metadata or {})


def _charge(stripe: Stripe, asked: CreateRefund) -> Charge:
    if asked.charge is not None:
        return stripe.store.find(Charge, asked.charge, "charge")
    intent = stripe.store.find(PaymentIntent, asked.payment_intent or "", "payment_intent")
    if intent.status != "succeeded" or intent.latest_charge is None:
        raise invalid(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.", "payment_intent"
        )
    return stripe.store.find(Charge, intent.latest_charge, "charge")


def retrieve_refund(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Refund, call.id)


def list_refunds(call: Call[ListRefunds]) -> Json:
    asked = call.parameters
    entries = [
        refund
        for refund in call.stripe.store.all(Refund)
        if asked.charge in (None, refund.charge)
        and asked.payment_intent in (None, refund.payment_intent)
        and asked.fits_created(refund.created)
    ]
    return page(call.stripe, entries, asked, "/v1/refunds")


def retrieve_dispute(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Dispute, call.id)


def list_disputes(call: Call[ListDisputes]) -> Json:
    asked = call.parameters
    entries = [
        dispute
        for dispute in call.stripe.store.all(Dispute)
        if asked.charge in (None, dispute.charge)
        and asked.payment_intent in (None, dispute.payment_intent)
        and asked.fits_created(dispute.created)
    ]
    return page(call.stripe, entries, asked, "/v1/disputes")


routes = [
    endpoint("payment_intents.list", ListIntents, list_intents),
    endpoint("payment_intents.retrieve", Parameters, retrieve_intent),
    endpoint("charges.list", ListCharges, list_charges),
    endpoint("charges.retrieve", Parameters, retrieve_charge),
    endpoint("disputes.list", ListDisputes, list_disputes),
    endpoint("disputes.retrieve", Parameters, retrieve_dispute),
    endpoint("refunds.create", CreateRefund, create_refund),
    endpoint("refunds.list", ListRefunds, list_refunds),
    endpoint("refunds.retrieve", Parameters, retrieve_refund),
]
