"""What time does: renewals, trials, retries, cancellations, expiries. Each is done at its own second, in order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simulator.stripe import checkout, ending, invoicing, renewing, settling
from simulator.stripe.invoicing import UNPAID_SECONDS
from simulator.stripe.objects.billing import Invoice, Subscription
from simulator.stripe.objects.sessions import CheckoutSession
from simulator.stripe.state import Stripe


@dataclass(frozen=True)
class Due:
    """Of two that are due in the same second the first listed comes first: an end before a renewal."""

    at: int
    work: Callable[[], None]


def catch_up(stripe: Stripe) -> None:
    """Does all that is due by now. Call before anybody looks."""
    now = stripe.now()
    while True:
        due = [step for step in _steps(stripe) if step.at <= now]
        if not due:
            return
        first = min(due, key=lambda step: step.at)
        with stripe.calendar.at(first.at):
            first.work()


def _steps(stripe: Stripe) -> Iterator[Due]:
    for subscription in reversed(stripe.store.all(Subscription)):
        if subscription.is_alive:
            yield from _of_subscription(stripe, subscription)
    for invoice in reversed(stripe.store.all(Invoice)):
        yield from _of_invoice(stripe, invoice)
    for session in reversed(stripe.store.all(CheckoutSession)):
        if session.status == "open":
            yield Due(session.expires_at, lambda session=session: checkout.expire(stripe, session))  # type: ignore[misc]


def _of_subscription(stripe: Stripe, subscription: Subscription) -> Iterator[Due]:
    if subscription.cancel_at is not None:
        yield Due(subscription.cancel_at, lambda: ending.end(stripe, subscription, None))
    if subscription.status == "incomplete":
        yield Due(subscription.created + UNPAID_SECONDS, lambda: _expire(stripe, subscription))
    warning = renewing.trial_warning_at(subscription)
    if warning is not None:
        yield Due(max(warning, subscription.created), lambda: _warn_of_trial_end(stripe, subscription))
    pause = subscription.pause_collection
    if pause is not None and pause.resumes_at is not None:
        yield Due(pause.resumes_at, lambda: _collect_again(stripe, subscription))
    if subscription.status == "trialing":
        yield Due(subscription.item.current_period_end, lambda: renewing.end_trial(stripe, subscription))
    elif subscription.status in ("active", "past_due", "unpaid"):
        yield Due(subscription.item.current_period_end, lambda: renewing.renew(stripe, subscription))


def _of_invoice(stripe: Stripe, invoice: Invoice) -> Iterator[Due]:
    if invoice.status == "draft" and invoice.automatically_finalizes_at is not None:
        yield Due(invoice.automatically_finalizes_at, lambda: _finalize_and_collect(stripe, invoice))
    elif invoice.status == "open" and invoice.next_payment_attempt is not None:
        yield Due(invoice.next_payment_attempt, lambda: _collect(stripe, invoice))
    elif invoice.status == "open" and invoice.resumes and not invoice.attempted:
        yield Due(invoice.created + UNPAID_SECONDS, lambda: invoicing.void(stripe, invoice))


def _finalize_and_collect(stripe: Stripe, invoice: Invoice) -> None:
    invoicing.finalize(stripe, invoice)
    _collect(stripe, invoice)


def _collect(stripe: Stripe, invoice: Invoice) -> None:
    subscription = stripe.store.find(Subscription, invoice.subscription)
    invoice.next_payment_attempt = None
    if invoice.status == "open":
        invoicing.collect(stripe, invoice, invoicing.method_for(stripe, subscription))
    settling.settle(stripe, invoice)


def _expire(stripe: Stripe, subscription: Subscription) -> None:
    """docs.stripe.com/billing/subscriptions/overview: the first invoice was not paid within 23 hours."""
    for invoice in invoicing.open_invoices(stripe, subscription):
        invoicing.void(stripe, invoice)
    with stripe.changing(subscription):
        subscription.status, subscription.ended_at = "incomplete_expired", stripe.now()


def _warn_of_trial_end(stripe: Stripe, subscription: Subscription) -> None:
    subscription.told_of_trial_end = True
    stripe.tell("customer.subscription.trial_will_end", subscription)


def _collect_again(stripe: Stripe, subscription: Subscription) -> None:
    with stripe.changing(subscription):
        subscription.pause_collection = None
