"""A Checkout session from its opening to its end (docs.stripe.com/payments/checkout/how-checkout-works)."""

from dataclasses import dataclass

from simulator.stripe import payments, subscribing
from simulator.stripe.calendar import DAY
from simulator.stripe.cards import AUTHENTICATION_FAILED, Decline, TestCard
from simulator.stripe.errors import invalid
from simulator.stripe.objects.billing import EndBehavior, Subscription, TrialSettings
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Price
from simulator.stripe.objects.sessions import CheckoutSession
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id


@dataclass(frozen=True)
class Visitor:
    """Who pays, as the form tells."""

    name: str | None = None
    email: str | None = None
    agrees: bool = False


@dataclass(frozen=True)
class Outcome:
    """One of: paid, declined, or the bank wants to ask the customer first."""

    subscription: Subscription | None = None
    decline: Decline | None = None

    @property
    def asks_bank(self) -> bool:
        return self.subscription is None and self.decline is None


def expire(stripe: Stripe, session: CheckoutSession) -> None:
    """Raises StripeError 400 for one that is over already."""
    if session.status != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"{session.status}."
        )
    session.status, session.url = "expired", None
    stripe.tell("checkout.session.expired", session)


def pay(
    stripe: Stripe, session: CheckoutSession, card: TestCard, visitor: Visitor, presence: Presence
) -> Outcome:
    """Nothing is made of a subscription before the card is good (docs.stripe.com/changelog/basil:
    checkout-legacy-subscription-upgrade), so a decline leaves only a failed payment."""
    decline = _decline(card, presence)
    if decline is None and card.asks("on_session") and presence.authentication is None:
        return Outcome()
    customer = _customer(stripe, session, visitor)
    if decline is not None:
        _note_failure(stripe, session, customer, card, presence)
        return Outcome(decline=decline)
    method = payments.new_method(stripe, card)
    method.billing_details.name, method.billing_details.email = visitor.name, visitor.email
    payments.attach(stripe, method, customer)
    order = _order(stripe, session, customer, method)
    # The bank has been asked by now, so that a card which always asks passes too.
    asked = Presence("on_session", "passed") if presence.authentication else presence
    subscription, _ = subscribing.begin(stripe, order, "allow_incomplete", asked, method)
    _complete(stripe, session, customer, subscription, visitor)
    return Outcome(subscription)


def _decline(card: TestCard, presence: Presence) -> Decline | None:
    if presence.authentication == "failed":
        return AUTHENTICATION_FAILED
    return card.setup or card.charge


def _customer(stripe: Stripe, session: CheckoutSession, visitor: Visitor) -> Customer:
    """The session's, or a new one where it names none."""
    if session.customer is not None:
        return stripe.store.find(Customer, session.customer, "customer")
    customer = new_customer(stripe, name=visitor.name, email=visitor.email or session.customer_email)
    session.customer = customer.id
    return customer


def new_customer(stripe: Stripe, **facts: object) -> Customer:
    named = {name: value for name, value in facts.items() if value is not None}
    customer = Customer.model_validate(
        {**stripe.facts(Customer), "invoice_prefix": new_id("")[:8].upper(), **named}
    )
    stripe.store.add(customer)
    stripe.tell("customer.created", customer)
    return customer


def _note_failure(
    stripe: Stripe, session: CheckoutSession, customer: Customer, card: TestCard, presence: Presence
) -> None:
    intent = payments.new_intent(
        stripe, customer, session.amount_total, session.currency, "Subscription creation"
    )
    payments.confirm(stripe, intent, payments.new_method(stripe, card), presence)


def _order(
    stripe: Stripe, session: CheckoutSession, customer: Customer, method: PaymentMethod
) -> subscribing.Order:
    data, item = session.subscription_data, session.items[0]
    missing = (data.get("trial_settings") or {}).get("end_behavior", {}).get("missing_payment_method")
    days, trial_end = data.get("trial_period_days"), data.get("trial_end")
    return subscribing.Order(
        customer=customer,
        price=stripe.store.find(Price, item.price["id"]),
        quantity=item.quantity,
        metadata=data.get("metadata"),
        description=data.get("description"),
        default_payment_method=method.id,
        flexible=(data.get("billing_mode") or {}).get("type") == "flexible",
        trial_end=stripe.now() + days * DAY if days else trial_end,
        trial_settings=TrialSettings(end_behavior=EndBehavior(missing_payment_method=missing))
        if missing
        else None,
    )


def _complete(
    stripe: Stripe, session: CheckoutSession, customer: Customer, subscription: Subscription, visitor: Visitor
) -> None:
    session.status, session.url = "complete", None
    session.payment_status = "no_payment_required" if subscription.status == "trialing" else "paid"
    session.subscription, session.invoice = subscription.id, subscription.latest_invoice
    session.customer_details = {
        "address": {
            "city": None,
            "country": "JP",
            "line1": None,
            "line2": None,
            "postal_code": None,
            "state": None,
        },
        "email": visitor.email or customer.email,
        "name": visitor.name or customer.name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if session.asks_for_terms:
        session.consent = {"promotions": None, "terms_of_service": "accepted"}
    stripe.tell("checkout.session.completed", session)
