"""What a payment, or the lack of it, makes of a subscription (docs.stripe.com/billing/subscriptions/overview)."""

from typing import Literal

from simulator.stripe import ending, pausing
from simulator.stripe.objects.billing import Invoice, Subscription
from simulator.stripe.objects.catalogue import Customer
from simulator.stripe.state import Stripe


def settle(stripe: Stripe, invoice: Invoice, *, retry: bool = True) -> None:
    """Makes of the subscription what its invoice's state says, after an attempt."""
    subscription = stripe.store.find(Subscription, invoice.subscription)
    if invoice.status == "paid":
        _take_up(stripe, subscription, invoice)
    elif invoice.attempted and invoice.status == "open":
        stripe.tell("invoice.payment_failed", _with_next_attempt(stripe, invoice) if retry else invoice)
        if subscription.status == "active":
            _set_status(stripe, subscription, "past_due")
        elif subscription.status == "paused" and invoice.resumes and not invoice.retries:
            pausing.end_pause(stripe, subscription, invoice, "past_due")
        _set_delinquent(stripe, subscription, True)
        is_last = retry and invoice.retries and invoice.next_payment_attempt is None
        if is_last and subscription.status == "past_due":
            _give_up(stripe, subscription)


def _take_up(stripe: Stripe, subscription: Subscription, invoice: Invoice) -> None:
    if subscription.status == "paused" and invoice.resumes:
        pausing.end_pause(stripe, subscription, invoice)
    elif subscription.status == "incomplete" or (
        subscription.status in ("past_due", "unpaid") and subscription.latest_invoice == invoice.id
    ):
        _set_status(stripe, subscription, "active")
    _set_delinquent(stripe, subscription, False)


def _with_next_attempt(stripe: Stripe, invoice: Invoice) -> Invoice:
    delays = stripe.config.retry_after_seconds
    failures = invoice.attempt_count - 1
    again = invoice.retries and failures < len(delays)
    invoice.next_payment_attempt = stripe.now() + delays[failures] if again else None
    return invoice


def _give_up(stripe: Stripe, subscription: Subscription) -> None:
    """What the account does after the last failure (docs.stripe.com/billing/revenue-recovery/smart-retries)."""
    match stripe.config.after_final_failure:
        case "cancel":
            ending.end(stripe, subscription, "payment_failed")
        case "mark_unpaid":
            _set_status(stripe, subscription, "unpaid")
        case "pause":
            pausing.begin_pause(stripe, subscription, "final_payment_failure")
        case "leave_past_due":
            pass


def _set_status(
    stripe: Stripe, subscription: Subscription, status: Literal["active", "past_due", "unpaid"]
) -> None:
    with stripe.changing(subscription):
        subscription.status, subscription.status_details = status, None


def _set_delinquent(stripe: Stripe, subscription: Subscription, is_delinquent: bool) -> None:
    customer = stripe.store.find(Customer, subscription.customer)
    with stripe.changing(customer):
        customer.delinquent = is_delinquent
