"""The next period, and the end of a trial."""

from simulator.stripe import ending, invoicing, pausing
from simulator.stripe.calendar import DAY, next_boundary
from simulator.stripe.objects.billing import Invoice, Period, Subscription
from simulator.stripe.state import Stripe


def renew(stripe: Stripe, subscription: Subscription) -> None:
    """The next period begins; its invoice is a draft for about an hour, and then collected."""
    item, recurring = subscription.item, subscription.item.price.recurring
    assert recurring is not None  # noqa: S101 - checked when it was opened
    anchor, start = subscription.billing_cycle_anchor, item.current_period_end
    stop = next_boundary(anchor, recurring.interval, recurring.interval_count, start)
    with stripe.changing(subscription):
        item.current_period_start, item.current_period_end = start, stop
        if subscription.status == "trialing":
            subscription.status = "active"
    invoice = invoicing.draft(stripe, subscription, "subscription_cycle", Period(start=start, end=stop))
    if subscription.pause_collection is not None:
        _leave_uncollected(stripe, subscription, invoice)
    elif subscription.status == "unpaid":
        invoice.auto_advance = False
    else:
        invoice.automatically_finalizes_at = stripe.now() + stripe.config.draft_seconds


def _leave_uncollected(stripe: Stripe, subscription: Subscription, invoice: Invoice) -> None:
    """docs.stripe.com/billing/subscriptions/pause-payment."""
    assert subscription.pause_collection is not None  # noqa: S101 - the caller has looked
    invoice.auto_advance = False
    if subscription.pause_collection.behavior == "keep_as_draft":
        return
    invoicing.finalize(stripe, invoice)
    if invoice.status != "open":
        return
    if subscription.pause_collection.behavior == "void":
        invoicing.void(stripe, invoice)
    else:
        invoicing.mark_uncollectible(stripe, invoice)


def end_trial(stripe: Stripe, subscription: Subscription) -> None:
    """With no card: as `trial_settings.end_behavior` says (docs.stripe.com/billing/subscriptions/trials)."""
    if invoicing.method_for(stripe, subscription) is None:
        missing = subscription.trial_settings.end_behavior.missing_payment_method
        if missing == "cancel":
            ending.end(stripe, subscription, None)
            return
        if missing == "pause":
            pausing.begin_pause(stripe, subscription, "trial_end_without_payment_method")
            return
    renew(stripe, subscription)


def trial_warning_at(subscription: Subscription) -> int | None:
    """Three days before its end (docs.stripe.com/billing/subscriptions/trials)."""
    if subscription.status != "trialing" or subscription.trial_end is None or subscription.told_of_trial_end:
        return None
    return subscription.trial_end - 3 * DAY
