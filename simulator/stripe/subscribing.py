"""What a subscription is made of, and how it begins (docs.stripe.com/billing/subscriptions/overview)."""

from dataclasses import dataclass
from typing import Literal

from simulator.stripe import invoicing, settling
from simulator.stripe.calendar import after
from simulator.stripe.cards import Decline
from simulator.stripe.errors import invalid
from simulator.stripe.objects.base import ListOf
from simulator.stripe.objects.billing import (
    BillingMode,
    Period,
    Plan,
    Subscription,
    SubscriptionItem,
    TrialSettings,
)
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Price
from simulator.stripe.parameters import Metadata
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe

PaymentBehavior = Literal["allow_incomplete", "default_incomplete", "error_if_incomplete"]


@dataclass(frozen=True)
class Order:
    """What a subscription is made of, whoever asks: the API or Checkout."""

    customer: Customer
    price: Price
    quantity: int = 1
    metadata: Metadata | None = None
    description: str | None = None
    default_payment_method: str | None = None
    flexible: bool = False
    trial_end: int | None = None
    trial_settings: TrialSettings | None = None


def open_subscription(stripe: Stripe, order: Order) -> Subscription:
    """Active or trialing, with no invoice yet and untold of: the caller knows what comes first."""
    now, facts = stripe.now(), stripe.facts(Subscription)
    recurring = order.price.recurring
    if recurring is None:
        raise invalid(f"The price {order.price.id} is not a recurring price.", "items")
    end = order.trial_end or after(now, recurring.interval, recurring.interval_count)
    item = SubscriptionItem(
        **stripe.facts(SubscriptionItem),
        current_period_end=end,
        current_period_start=now,
        plan=plan_of(order.price),
        price=order.price,
        quantity=order.quantity,
        subscription=facts["id"],
    )
    mode = BillingMode(type="flexible", flexible={"proration_discounts": "included"}, updated_at=now)
    subscription = Subscription(
        **facts,
        billing_cycle_anchor=order.trial_end or now,
        billing_mode=mode if order.flexible else BillingMode(),
        currency=order.price.currency,
        customer=order.customer.id,
        default_payment_method=order.default_payment_method,
        description=order.description,
        items=ListOf(data=[item], url=f"/v1/subscription_items?subscription={facts['id']}"),
        metadata=order.metadata or {},
        start_date=now,
        status="trialing" if order.trial_end else "active",
        trial_end=order.trial_end,
        trial_settings=order.trial_settings or TrialSettings(),
        trial_start=now if order.trial_end else None,
    )
    stripe.store.add(item)
    return stripe.store.add(subscription)


def plan_of(price: Price) -> Plan:
    recurring = price.recurring
    assert recurring is not None  # noqa: S101 - only such a price is sold
    return Plan(
        id=price.id,
        active=price.active,
        amount=price.unit_amount,
        amount_decimal=price.unit_amount_decimal,
        created=price.created,
        currency=price.currency,
        interval=recurring.interval,
        interval_count=recurring.interval_count,
        metadata=price.metadata,
        nickname=price.nickname,
        product=price.product,
    )


def begin(
    stripe: Stripe, order: Order, behavior: PaymentBehavior, presence: Presence, method: PaymentMethod | None
) -> tuple[Subscription, Decline | None]:
    """Opens a subscription with its first invoice, which is paid at once or leaves it incomplete."""
    subscription = open_subscription(stripe, order)
    if subscription.status == "active":
        subscription.status = "incomplete"
    else:
        subscription.status = "trialing"
    stripe.tell("customer.subscription.created", subscription)
    item = subscription.item
    period = Period(start=item.current_period_start, end=item.current_period_end)
    amount = 0 if subscription.status == "trialing" else None
    invoice = invoicing.draft(stripe, subscription, "subscription_create", period, amount)
    invoicing.finalize(stripe, invoice)
    decline = None
    if invoice.status == "open" and behavior != "default_incomplete":
        decline = invoicing.collect(stripe, invoice, method, presence)
    settling.settle(stripe, invoice, retry=False)
    return subscription, decline


def change_item(
    stripe: Stripe, subscription: Subscription, price: Price | None, quantity: int | None
) -> None:
    """From the next period on: the desk makes no prorations."""
    item = subscription.item
    with stripe.changing(subscription):
        if price is not None:
            if price.recurring is None or price.currency != subscription.currency:
                raise invalid(f"The price {price.id} does not fit this subscription.", "items")
            item.price, item.plan = price, plan_of(price)
        item.quantity = item.quantity if quantity is None else quantity
