"""How a paused subscription comes back (docs.stripe.com/billing/subscriptions/pause)."""

from typing import Literal

from simulator.stripe import invoicing, pausing, settling
from simulator.stripe.calendar import after, next_boundary
from simulator.stripe.cards import Decline
from simulator.stripe.objects.billing import Period, Subscription
from simulator.stripe.state import Stripe


def resume(
    stripe: Stripe, subscription: Subscription, anchor: Literal["now", "unchanged"], *, pay: bool
) -> Decline | None:
    """Brings a paused subscription back: at once where nothing is to be paid, else with its invoice's payment.

    `pay` tries it now and again later (`resume_on_payment_success`); without it nobody tries until the invoice is
    paid by a call or on its page, and a failure there leaves it past due (SDK: Subscription.resume;
    docs.stripe.com/changelog/dahlia/2026-05-27/pause-subscriptions).
    """
    now, item = stripe.now(), subscription.item
    for stale in invoicing.open_invoices(stripe, subscription):
        if stale.resumes:
            invoicing.void(stripe, stale)
    if anchor == "unchanged" and now < item.current_period_end:
        pausing.end_pause(stripe, subscription)
        return None
    period, amount = _period_after_pause(stripe, subscription, anchor)
    invoice = invoicing.draft(stripe, subscription, "subscription_update", period, amount)
    invoice.resumes, invoice.retries = True, pay
    invoicing.finalize(stripe, invoice)
    decline = None
    if invoice.status == "open" and pay:
        method = invoicing.method_for(stripe, subscription)
        decline = invoicing.collect(stripe, invoice, method)
    settling.settle(stripe, invoice)
    return decline


def _period_after_pause(
    stripe: Stripe, subscription: Subscription, anchor: Literal["now", "unchanged"]
) -> tuple[Period, int | None]:
    """With the old anchor, from now to its next day, and that part of the price."""
    now, item, recurring = stripe.now(), subscription.item, subscription.item.price.recurring
    assert recurring is not None  # noqa: S101 - checked when it was opened
    if anchor == "now":
        return Period(start=now, end=after(now, recurring.interval, recurring.interval_count)), None
    stop = next_boundary(subscription.billing_cycle_anchor, recurring.interval, recurring.interval_count, now)
    whole = after(stop, recurring.interval, recurring.interval_count) - stop
    return Period(start=now, end=stop), item.amount * (stop - now) // whole
