"""What a customer does in the portal (docs.stripe.com/customer-management)."""

from simulator.stripe import ending, pausing, payments, resuming
from simulator.stripe.calendar import HOUR, MINUTE
from simulator.stripe.cards import AUTHENTICATION_FAILED, Decline, TestCard
from simulator.stripe.objects.billing import Subscription
from simulator.stripe.objects.catalogue import Customer
from simulator.stripe.objects.sessions import Configuration, PortalSession
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe

# SDK: BillingPortal.Session, "short-lived and will expire if the customer does not visit the URL"; how long is not
# published.
UNVISITED_SECONDS, IDLE_SECONDS = 5 * MINUTE, HOUR


def visit(stripe: Stripe, session: PortalSession) -> bool:
    """Whether the session lives; if so it does for a while more."""
    since = session.created if session.used_at is None else session.used_at
    life = UNVISITED_SECONDS if session.used_at is None else IDLE_SECONDS
    if stripe.now() - since > life:
        return False
    session.used_at = stripe.now()
    return True


def subscriptions_of(stripe: Stripe, session: PortalSession) -> list[Subscription]:
    """Those that can still be seen to, the newest first."""
    return [
        entry
        for entry in stripe.store.all(Subscription)
        if entry.customer == session.customer and entry.is_alive
    ]


def cancel(
    stripe: Stripe, configuration: Configuration, subscription: Subscription, feedback: str | None
) -> None:
    """With flexible billing the end is a `cancel_at`, and `cancel_at_period_end` stays false."""
    with stripe.changing(subscription):
        if configuration.features["subscription_cancel"]["mode"] == "immediately":
            subscription.cancellation_details.reason = "cancellation_requested"
        elif subscription.billing_mode.type == "flexible":
            ending.schedule_end(stripe, subscription, subscription.item.current_period_end)
        else:
            ending.cancel_at_period_end(stripe, subscription)
        subscription.cancellation_details.feedback = feedback
    if subscription.cancel_at is None:
        ending.end(stripe, subscription, "cancellation_requested")


def keep(stripe: Stripe, subscription: Subscription) -> None:
    """Undoes a cancellation that has not come yet."""
    with stripe.changing(subscription):
        ending.unschedule_end(subscription)


def pause(stripe: Stripe, subscription: Subscription) -> None:
    """Raises StripeError 400 for one that cannot."""
    pausing.check_pausable(subscription)
    pausing.begin_pause(stripe, subscription, "pause_requested")


def resume(stripe: Stripe, subscription: Subscription) -> Decline | None:
    return resuming.resume(stripe, subscription, "now", pay=True)


def add_card(stripe: Stripe, customer: Customer, card: TestCard, presence: Presence) -> Decline | None:
    """The customer's default from now on, and only theirs: what a subscription names for itself goes before it
    (docs.stripe.com/customer-management/portal-deep-links, "payment_method_update").

    The caller has asked the bank where `card.asks`.
    """
    if presence.authentication == "failed":
        return AUTHENTICATION_FAILED
    if card.setup is not None:
        return card.setup
    method = payments.new_method(stripe, card)
    payments.attach(stripe, method, customer)
    payments.make_default(stripe, customer, method)
    return None
