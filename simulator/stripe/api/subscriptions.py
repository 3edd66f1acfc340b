"""Subscriptions and their items."""

from typing import Literal

from simulator.stripe import ending, pausing, renewing, resuming, subscribing
from simulator.stripe.api.subscription_parameters import (
    CancelAt,
    CancellationDetailsFacts,
    CancelSubscription,
    ChangedItem,
    CreateSubscription,
    ListItems,
    ListSubscriptions,
    PauseCollectionFacts,
    PauseSubscription,
    Proration,
    ResumeSubscription,
    UpdateItem,
    UpdateSubscription,
)
from simulator.stripe.calendar import DAY
from simulator.stripe.cards import AUTHENTICATION_FAILED, BY_NUMBER
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import StripeError, invalid, not_done
from simulator.stripe.invoicing import method_for
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.billing import (
    CancellationDetails,
    EndBehavior,
    PauseCollection,
    Subscription,
    SubscriptionItem,
    TrialSettings,
)
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Price
from simulator.stripe.parameters import Parameters, merge_metadata
from simulator.stripe.payments import Presence, card_error
from simulator.stripe.state import Stripe


def create(call: Call[CreateSubscription]) -> StripeObject:
    """Raises StripeError 402 where `error_if_incomplete` asks for it."""
    stripe, asked = call.stripe, call.parameters
    order = _order(stripe, asked)
    usual = order.customer.invoice_settings.default_payment_method
    method = stripe.store.get(PaymentMethod, order.default_payment_method or usual)
    behavior = asked.payment_behavior
    if behavior == "pending_if_incomplete":
        raise not_done("payment_behavior pending_if_incomplete", "payment_behavior")
    pays = order.trial_end is None and behavior != "default_incomplete"
    if pays and method is None:
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
            None,
            "resource_missing",
        )
    presence = Presence("off_session" if asked.off_session else "on_session")
    if behavior == "error_if_incomplete" and pays and method is not None:
        _raise_if_declined(method, presence)
    subscription, _ = subscribing.begin(stripe, order, behavior, presence, method)
    with stripe.changing(subscription):
        _plan_end(stripe, subscription, asked.cancel_at_period_end, asked.cancel_at)
    return subscription


def _raise_if_declined(method: PaymentMethod, presence: Presence) -> None:
    card = BY_NUMBER[method.number]
    if card.charge is not None:
        raise card_error(card.charge)
    if card.asks(presence.use) or not method.set_up:
        raise card_error(AUTHENTICATION_FAILED)


def _order(stripe: Stripe, asked: CreateSubscription) -> subscribing.Order:
    customer = stripe.store.find(Customer, asked.customer, "customer")
    if len(asked.items) > 1:
        raise not_done("more than one item", "items")
    end = asked.trial_end if isinstance(asked.trial_end, int) else None
    settings = asked.trial_settings
    if asked.trial_period_days is not None:
        end = stripe.now() + asked.trial_period_days * DAY
    return subscribing.Order(
        customer=customer,
        price=stripe.store.find(Price, asked.items[0].price, "items[0][price]"),
        quantity=asked.items[0].quantity,
        metadata=asked.metadata,
        description=asked.description,
        default_payment_method=_own_method(stripe, customer.id, asked.default_payment_method),
        flexible=asked.billing_mode is not None and asked.billing_mode.type == "flexible",
        trial_end=end,
        trial_settings=TrialSettings(end_behavior=EndBehavior(**settings.end_behavior.model_dump()))
        if settings
        else None,
    )


def _own_method(stripe: Stripe, customer: str, method: str | None) -> str | None:
    if not method:
        return None
    found = stripe.store.find(PaymentMethod, method, "default_payment_method")
    if found.customer != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {method}. The payment method must be attached to "
            "the customer.",
            "default_payment_method",
            "resource_missing",
        )
    return method


def _living(call: Call[Parameters]) -> Subscription:
    """Raises StripeError 404 for one that has ended, which Stripe then no longer changes."""
    subscription = call.stripe.store.find(Subscription, call.id)
    if subscription.status in ("canceled", "incomplete_expired"):
        raise invalid(
            f"A canceled subscription can only update its cancellation_details and metadata. ({subscription.id})"
        )
    return subscription


def update(call: Call[UpdateSubscription]) -> StripeObject:
    stripe, asked = call.stripe, call.parameters
    subscription = stripe.store.find(Subscription, call.id)
    if asked.changes().keys() - {"metadata", "cancellation_details"}:
        subscription = _living(Call(stripe, call.id, asked))
    if asked.items is not None:
        _change_items(stripe, subscription, asked.items, asked.proration_behavior)
    with stripe.changing(subscription):
        _plan_end(stripe, subscription, asked.cancel_at_period_end, asked.cancel_at)
        _set_fields(stripe, subscription, asked)
    if asked.trial_end is not None and subscription.status == "trialing":
        _move_trial_end(stripe, subscription, asked.trial_end)
    return subscription


def _set_fields(stripe: Stripe, subscription: Subscription, asked: UpdateSubscription) -> None:
    named = asked.changes()
    if "default_payment_method" in named:
        method = _own_method(stripe, subscription.customer, asked.default_payment_method)
        subscription.default_payment_method = method
    if "description" in named:
        subscription.description = asked.description or None
    subscription.metadata = merge_metadata(subscription.metadata, asked.metadata)
    if asked.cancellation_details is not None:
        _set_details(subscription.cancellation_details, asked.cancellation_details)
    if asked.pause_collection == "":
        subscription.pause_collection = None
    elif isinstance(asked.pause_collection, PauseCollectionFacts):
        subscription.pause_collection = PauseCollection(**asked.pause_collection.model_dump())


def _set_details(details: CancellationDetails, asked: CancellationDetailsFacts) -> None:
    for name, value in asked.model_dump(exclude_unset=True).items():
        setattr(details, name, value or None)


def _plan_end(
    stripe: Stripe, subscription: Subscription, at_period_end: bool | None, cancel_at: CancelAt | None
) -> None:
    """`cancel_at_period_end: false` does not clear a `cancel_at` of its own; an empty `cancel_at` does."""
    if at_period_end and cancel_at:
        raise invalid("You cannot set `cancel_at` and `cancel_at_period_end` at the same time.", "cancel_at")
    if at_period_end:
        ending.cancel_at_period_end(stripe, subscription)
    elif at_period_end is False and subscription.cancel_at_period_end:
        ending.unschedule_end(subscription)
    if cancel_at == "":
        ending.unschedule_end(subscription)
    elif isinstance(cancel_at, str):
        _check_flexible(subscription)
        ending.schedule_end(stripe, subscription, subscription.item.current_period_end)
    elif cancel_at is not None:
        if cancel_at <= stripe.now():
            raise invalid("`cancel_at` must be in the future.", "cancel_at")
        ending.schedule_end(stripe, subscription, cancel_at)


def _check_flexible(subscription: Subscription) -> None:
    """docs.stripe.com/changelog/basil/2025-07-30/cancel-at-enums."""
    if subscription.billing_mode.type != "flexible":
        raise invalid("`cancel_at` accepts this value only for `billing_mode.type` `flexible`.", "cancel_at")


def _change_items(
    stripe: Stripe, subscription: Subscription, items: list[ChangedItem], proration: Proration
) -> None:
    if len(items) != 1 or items[0].id not in (None, subscription.item.id):
        raise not_done("more than one item", "items")
    if items[0].id is None:
        raise not_done("a second item", "items")
    _change_item(stripe, subscription, items[0].price, items[0].quantity, proration)


def _change_item(
    stripe: Stripe, subscription: Subscription, price: str | None, quantity: int | None, proration: Proration
) -> None:
    if proration != "none":
        raise not_done("prorations: pass proration_behavior none", "proration_behavior")
    found = stripe.store.find(Price, price, "items[0][price]") if price else None
    subscribing.change_item(stripe, subscription, found, quantity)


def _move_trial_end(stripe: Stripe, subscription: Subscription, end: int | Literal["now"]) -> None:
    with stripe.changing(subscription):
        subscription.trial_end = stripe.now() if end == "now" else end
        subscription.item.current_period_end = subscription.billing_cycle_anchor = subscription.trial_end
    if end == "now":
        renewing.end_trial(stripe, subscription)


def cancel(call: Call[CancelSubscription]) -> StripeObject:
    subscription = call.stripe.store.find(Subscription, call.id)
    if not subscription.is_alive:
        raise StripeError(404, f"No such subscription: '{call.id}'", "resource_missing", "id")
    if call.parameters.cancellation_details is not None:
        _set_details(subscription.cancellation_details, call.parameters.cancellation_details)
    ending.end(call.stripe, subscription, "cancellation_requested")
    return subscription


def pause(call: Call[PauseSubscription]) -> StripeObject:
    stripe, asked = call.stripe, call.parameters
    subscription = _living(Call(stripe, call.id, asked))
    pausing.check_pausable(subscription)
    credit = (
        asked.bill_for.unused_time_from.type if asked.bill_for and asked.bill_for.unused_time_from else "now"
    )
    if asked.invoicing_behavior == "invoice" and credit != "none":
        raise not_done("invoicing_behavior invoice", "invoicing_behavior")
    if credit == "item_current_period_start":
        subscription.credit = subscription.item.amount
    elif credit == "now":
        subscription.credit = pausing.unused_amount(stripe, subscription)
    pausing.begin_pause(stripe, subscription, "pause_requested")
    return subscription


def resume(call: Call[ResumeSubscription]) -> StripeObject:
    stripe, asked = call.stripe, call.parameters
    subscription = _living(Call(stripe, call.id, asked))
    if subscription.status != "paused":
        raise invalid(f"Only paused subscriptions can be resumed; this one is `{subscription.status}`.")
    anchor = asked.billing_cycle_anchor.type if asked.billing_cycle_anchor else "now"
    pays = asked.payment_behavior == "resume_on_payment_success"
    if pays and method_for(stripe, subscription) is None:
        raise invalid("This customer has no default payment method.", None, "resource_missing")
    resuming.resume(stripe, subscription, anchor, pay=pays)
    return subscription


def retrieve(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Subscription, call.id)


def list_all(call: Call[ListSubscriptions]) -> Json:
    """Without a status, all that are not canceled (docs.stripe.com/api/subscriptions/list)."""
    asked = call.parameters
    entries = [
        entry
        for entry in call.stripe.store.all(Subscription)
        if asked.customer in (None, entry.customer)
        and asked.price in (None, entry.item.price.id)
        and _fits_status(entry, asked.status)
        and asked.fits_created(entry.created)
    ]
    return page(call.stripe, entries, asked, "/v1/subscriptions")


def _fits_status(subscription: Subscription, status: str | None) -> bool:
    has_ended = subscription.status in ("canceled", "incomplete_expired")
    if status is None:
        return subscription.status != "canceled"
    return status == "all" or (status == "ended" and has_ended) or status == subscription.status


def list_items(call: Call[ListItems]) -> Json:
    subscription = call.stripe.store.find(Subscription, call.parameters.subscription, "subscription")
    return page(call.stripe, subscription.items.data, call.parameters, "/v1/subscription_items")


def retrieve_item(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(SubscriptionItem, call.id)


def update_item(call: Call[UpdateItem]) -> StripeObject:
    stripe, asked = call.stripe, call.parameters
    item = stripe.store.find(SubscriptionItem, call.id)
    subscription = stripe.store.find(Subscription, item.subscription)
    if asked.price is not None or asked.quantity is not None:
        _change_item(stripe, subscription, asked.price, asked.quantity, asked.proration_behavior)
    if asked.metadata is not None:
        with stripe.changing(subscription):
            subscription.item.metadata = merge_metadata(item.metadata, asked.metadata)
    return subscription.item


routes = [
    endpoint("subscriptions.create", CreateSubscription, create),
    endpoint("subscriptions.list", ListSubscriptions, list_all),
    endpoint("subscriptions.retrieve", Parameters, retrieve),
    endpoint("subscriptions.update", UpdateSubscription, update),
    endpoint("subscriptions.cancel", CancelSubscription, cancel),
    endpoint("subscriptions.pause", PauseSubscription, pause),
    endpoint("subscriptions.resume", ResumeSubscription, resume),
    endpoint("subscription_items.list", ListItems, list_items),
    endpoint("subscription_items.retrieve", Parameters, retrieve_item),
    endpoint("subscription_items.update", UpdateItem, update_item),
]
