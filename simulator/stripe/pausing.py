"""A subscription that rests: no invoices, no new periods (docs.stripe.com/billing/subscriptions/pause)."""

from typing import Literal

from simulator.stripe.calendar import after
from simulator.stripe.errors import invalid
from simulator.stripe.objects.billing import (
    Invoice,
    Paused,
    PauseKind,
    PauseReason,
    Period,
    StatusDetails,
    Subscription,
)
from simulator.stripe.state import Stripe


def begin_pause(stripe: Stripe, subscription: Subscription, reason: PauseReason) -> None:
    """No invoices and no new periods until it is resumed (docs.stripe.com/billing/subscriptions/pause)."""
    paused = Paused(subscription=PauseKind(type=reason), transitioned_at=stripe.now())
    with stripe.changing(subscription):
        subscription.status, subscription.status_details = "paused", StatusDetails(paused=paused)
    stripe.tell("customer.subscription.paused", subscription)


def check_pausable(subscription: Subscription) -> None:
    """Raises StripeError 400 (docs.stripe.com/changelog/endive/2026-09-30/pause-subscription: flexible billing only)."""
    if subscription.billing_mode.type != "flexible":
        raise invalid("Pausing a subscription requires `billing_mode.type` to be `flexible`.")
    if subscription.status not in ("active", "trialing"):
        raise invalid(f"Cannot pause a subscription with status `{subscription.status}`.")


def unused_amount(stripe: Stripe, subscription: Subscription) -> int:
    """What the rest of the current period is worth, in the currency's smallest unit."""
    item = subscription.item
    length = item.current_period_end - item.current_period_start
    return item.amount * max(item.current_period_end - stripe.now(), 0) // length


def end_pause(
    stripe: Stripe,
    subscription: Subscription,
    invoice: Invoice | None = None,
    status: Literal["active", "past_due"] = "active",
) -> None:
    """Back, in the period that `invoice` is for; without one in the old period, which is not over."""
    with stripe.changing(subscription):
        subscription.status, subscription.status_details = status, None
        if invoice is not None:
            _begin_period(subscription, invoice.lines.data[0].period)
    stripe.tell("customer.subscription.resumed", subscription)


def _begin_period(subscription: Subscription, period: Period) -> None:
    """A whole one moves the anchor; a part of one ends where the old anchor says."""
    item, recurring = subscription.item, subscription.item.price.recurring
    item.current_period_start, item.current_period_end = period.start, period.end
    if recurring and after(period.start, recurring.interval, recurring.interval_count) == period.end:
        subscription.billing_cycle_anchor = period.start
