"""One payment: an intent, its charges, and money given back."""

from dataclasses import dataclass
from typing import Literal

from simulator.stripe.calendar import DAY
from simulator.stripe.cards import AUTHENTICATION_FAILED, BY_NUMBER, Decline, TestCard, Use
from simulator.stripe.errors import StripeError, invalid
from simulator.stripe.objects.catalogue import Card, Customer, PaymentMethod
from simulator.stripe.objects.payments import Charge, Dispute, PaymentIntent, Refund
from simulator.stripe.parameters import Metadata
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id

DISPUTE_SECONDS = 7 * DAY  # to answer in; networks differ


@dataclass(frozen=True)
class Presence:
    """Whether the customer is there, and what their bank has said of them, if it was asked."""

    use: Use = "off_session"
    authentication: Literal["passed", "failed"] | None = None


ABSENT = Presence()


def new_method(stripe: Stripe, card: TestCard) -> PaymentMethod:
    details = Card(
        brand=card.brand,
        display_brand=card.brand,
        fingerprint=new_id("")[:16],
        last4=card.last4,
        networks={"available": [card.brand], "preferred": None},
    )
    return stripe.store.add(PaymentMethod(**stripe.facts(PaymentMethod), card=details, number=card.number))


def attach(stripe: Stripe, method: PaymentMethod, customer: Customer) -> None:
    """Raises StripeError 402 for a card that lets itself not be saved."""
    decline = BY_NUMBER[method.number].setup
    if decline is not None:
        raise card_error(decline)
    method.customer = customer.id
    stripe.tell("payment_method.attached", method)


def make_default(stripe: Stripe, customer: Customer, method: PaymentMethod | None) -> None:
    with stripe.changing(customer):
        customer.invoice_settings.default_payment_method = method.id if method else None


def new_intent(
    stripe: Stripe, customer: Customer, amount: int, currency: str, description: str
) -> PaymentIntent:
    facts = stripe.facts(PaymentIntent)
    intent = PaymentIntent(
        **facts,
        amount=amount,
        client_secret=f"{facts['id']}_secret_{new_id('')}",
        currency=currency,
        customer=customer.id,
        description=description,
    )
    stripe.store.add(intent)
    stripe.tell("payment_intent.created", intent)
    return intent


def confirm(
    stripe: Stripe, intent: PaymentIntent, method: PaymentMethod, presence: Presence
) -> Decline | None:
    """Tries to take the money. Returns why it failed; None also where the bank wants to be asked (`requires_action`)."""
    card = BY_NUMBER[method.number]
    intent.payment_method, intent.next_action = method.id, None
    if presence.authentication == "failed":
        return _fail(stripe, intent, method, AUTHENTICATION_FAILED, charged=False)
    asks = card.asks(presence.use) or (card.authenticates != "never" and not method.set_up)
    if asks and presence.authentication is None:
        intent.status = "requires_action"
        intent.next_action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        stripe.tell("payment_intent.requires_action", intent)
        return None
    if card.charge is not None:
        return _fail(stripe, intent, method, card.charge, charged=True)
    intent.status, intent.amount_received, intent.last_payment_error = "succeeded", intent.amount, None
    charge = _new_charge(stripe, intent, method, None)
    stripe.tell("charge.succeeded", charge)
    stripe.tell("payment_intent.succeeded", intent)
    if card.is_disputed:
        dispute(stripe, charge)
    return None


def _fail(
    stripe: Stripe, intent: PaymentIntent, method: PaymentMethod, decline: Decline, *, charged: bool
) -> Decline:
    intent.status = "requires_payment_method"
    intent.last_payment_error = {
        "code": decline.code,
        "message": decline.message,
        "type": "card_error",
        **({"decline_code": decline.decline_code} if decline.decline_code else {}),
        "payment_method": stripe.view(method),
    }
    if charged:
        stripe.tell("charge.failed", _new_charge(stripe, intent, method, decline))
    stripe.tell("payment_intent.payment_failed", intent)
    return decline


def _new_charge(
    stripe: Stripe, intent: PaymentIntent, method: PaymentMethod, decline: Decline | None
) -> Charge:
    facts = stripe.facts(Charge)
    charge = Charge(
        **facts,
        amount=intent.amount,
        amount_captured=0 if decline else intent.amount,
        balance_transaction=None if decline else new_id("txn_"),
        captured=decline is None,
        currency=intent.currency,
        customer=intent.customer,
        description=intent.description,
        failure_code=decline.code if decline else None,
        failure_message=decline.message if decline else None,
        paid=decline is None,
        payment_intent=intent.id,
        payment_method=method.id,
        payment_method_details={"card": method.card.model_dump(mode="json"), "type": "card"},
        receipt_url=None if decline else f"{stripe.base_url}/receipts/{facts['id']}",
        status="failed" if decline else "succeeded",
    )
    intent.latest_charge = charge.id
    return stripe.store.add(charge)


def refund(
    stripe: Stripe, charge: Charge, amount: int | None, reason: str | None, metadata: Metadata
) -> Refund:
    """All that is left where no amount is named. Raises StripeError 400."""
    left = charge.amount_captured - charge.amount_refunded
    if charge.refunded or not charge.paid:
        code = "charge_already_refunded" if charge.refunded else None
        raise invalid(
            f"Charge {charge.id} has already been refunded." if code else "This charge was not paid.",
            None,
            code,
        )
    if amount is not None and amount > left:
        raise invalid(
            f"Refund amount (¥{amount}) is greater than unrefunded amount on charge (¥{left})", "amount"
        )
    entry = Refund.model_validate(
        {
            **stripe.facts(Refund),
            "amount": left if amount is None else amount,
            "balance_transaction": new_id("txn_"),
            "charge": charge.id,
            "currency": charge.currency,
            "metadata": metadata,
            "payment_intent": charge.payment_intent,
            "reason": reason,
        }
    )
    stripe.store.add(entry)
    charge.amount_refunded += entry.amount
    charge.refunded = charge.amount_refunded == charge.amount
    stripe.tell("refund.created", entry)
    stripe.tell("charge.refunded", charge)
    return entry


def dispute(stripe: Stripe, charge: Charge) -> Dispute:
    """The cardholder denies the payment, and the money is taken back for the time being (docs.stripe.com/disputes)."""
    details = {
        "due_by": stripe.now() + DISPUTE_SECONDS,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }
    entry = Dispute(
        **stripe.facts(Dispute),
        amount=charge.amount,
        charge=charge.id,
        currency=charge.currency,
        evidence_details=details,
        payment_intent=charge.payment_intent,
    )
    charge.disputed = True
    stripe.store.add(entry)
    stripe.tell("charge.dispute.created", entry)
    return entry


def card_error(decline: Decline) -> StripeError:
    """402 (docs.stripe.com/api/errors)."""
    extra = {"decline_code": decline.decline_code} if decline.decline_code else {}
    return StripeError(402, decline.message, decline.code, type="card_error", extra=extra)
