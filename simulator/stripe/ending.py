"""How a subscription ends: at once, or on a day to come (docs.stripe.com/billing/subscriptions/cancel)."""

from typing import Literal

from simulator.stripe import invoicing
from simulator.stripe.objects.billing import CancellationDetails, Subscription
from simulator.stripe.state import Stripe


def end(
    stripe: Stripe,
    subscription: Subscription,
    reason: Literal["cancellation_requested", "payment_failed"] | None,
) -> None:
    """Cancels at once."""
    now = stripe.now()
    subscription.status, subscription.status_details = "canceled", None
    subscription.ended_at, subscription.canceled_at = now, subscription.canceled_at or now
    if reason is not None:
        subscription.cancellation_details.reason = reason
    invoicing.stop_collecting(stripe, subscription)
    stripe.tell("customer.subscription.deleted", subscription)


def cancel_at_period_end(stripe: Stripe, subscription: Subscription) -> None:
    subscription.cancel_at_period_end = True
    schedule_end(stripe, subscription, subscription.item.current_period_end)


def schedule_end(stripe: Stripe, subscription: Subscription, second: int) -> None:
    subscription.cancel_at, subscription.canceled_at = second, stripe.now()
    subscription.cancellation_details = CancellationDetails(reason="cancellation_requested")


def unschedule_end(subscription: Subscription) -> None:
    subscription.cancel_at, subscription.cancel_at_period_end, subscription.canceled_at = None, False, None
    subscription.cancellation_details = CancellationDetails()
