"""A subscription's life on a clock that is pushed."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from simulator.stripe.calendar import after, next_boundary
from simulator.stripe.client import DAY, HOUR, StripeDesk
from tests.simulator.stripe.harness import (
    DECLINES_LATER,
    PRICE,
    advance_past,
    client_of,
    events_of,
    give_card,
    open_checkout,
    period_of,
    subscribe,
)


@pytest.fixture(scope="module")
def client(timed: StripeDesk) -> StripeClient:
    return client_of(timed.base_url)


@pytest.fixture
def subscription(timed: StripeDesk, client: StripeClient) -> Any:
    return subscribe(timed, client)


def test_it_renews_at_its_periods_end_and_is_paid_an_hour_later(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    start, end = period_of(subscription)
    assert (subscription.status, end) == ("active", after(start, "month", 1))
    advance_past(timed, end)
    renewed = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    invoice: Any = renewed.latest_invoice
    assert (renewed.status, period_of(renewed)) == ("active", (end, after(start, "month", 2)))
    assert (invoice.status, invoice.billing_reason, invoice.created) == ("draft", "subscription_cycle", end)
    advance_past(timed, end, HOUR)
    paid = client.v1.invoices.retrieve(invoice.id)
    assert (paid.status, paid.amount_paid, paid.total) == ("paid", 9800, 9800)
    assert paid.status_transitions.paid_at == end + HOUR
    line = paid.lines.data[0]
    assert (line.period.start, line.period.end) == (end, after(start, "month", 2))
    assert events_of(timed, subscription, end)[-2:] == ["invoice.paid", "invoice.payment_succeeded"]


def test_each_event_has_its_own_second_although_the_clock_jumps(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    start, _ = period_of(subscription)
    timed.advance_clock_to(after(start, "month", 3) + HOUR)
    invoices = client.v1.invoices.list({"subscription": subscription.id})
    assert [entry.created for entry in invoices.data] == [after(start, "month", n) for n in (3, 2, 1)] + [
        start
    ]
    assert {entry.status for entry in invoices.data} == {"paid"}
    created = [event["created"] for event in timed.events(about=subscription.customer)]
    assert created == sorted(created)


def test_a_month_ends_on_its_last_day_and_the_anchor_stays() -> None:
    anchor = int(datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp())
    days = [datetime.fromtimestamp(after(anchor, "month", n), UTC).strftime("%m-%d") for n in (1, 2, 3)]
    assert days == ["02-28", "03-31", "04-30"]
    second = after(anchor, "month", 1)
    assert next_boundary(anchor, "month", 1, second) == after(anchor, "month", 2)
    assert next_boundary(anchor, "month", 1, second - 1) == second


def test_a_failed_renewal_is_past_due_and_ends_after_four_tries(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    give_card(client, subscription, DECLINES_LATER)
    advance_past(timed, end, HOUR)
    late = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    invoice: Any = late.latest_invoice
    assert (late.status, invoice.status, invoice.attempt_count) == ("past_due", "open", 1)
    assert invoice.next_payment_attempt == end + HOUR + 3 * DAY
    assert client.v1.customers.retrieve(subscription.customer).delinquent
    advance_past(timed, end, HOUR + 15 * DAY)
    over = client.v1.subscriptions.retrieve(subscription.id)
    assert over.status == "canceled"
    assert over.cancellation_details is not None
    assert over.cancellation_details.reason == "payment_failed"
    failures = [kind for kind in events_of(timed, subscription) if kind == "invoice.payment_failed"]
    assert len(failures) == 4
    assert client.v1.invoices.retrieve(invoice.id).auto_advance is False


def test_a_retry_with_a_good_card_makes_it_active(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    give_card(client, subscription, DECLINES_LATER)
    advance_past(timed, end, HOUR)
    give_card(client, subscription, "pm_card_visa")
    advance_past(timed, end, HOUR + 3 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert client.v1.customers.retrieve(subscription.customer).delinquent is False


def test_a_past_due_invoice_is_paid_on_its_page(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    give_card(client, subscription, DECLINES_LATER)
    advance_past(timed, end, HOUR)
    invoice = client.v1.invoices.list({"subscription": subscription.id, "status": "open"}).data[0]
    page = timed.browse(str(invoice.hosted_invoice_url))
    assert page.pay("4000000000000002").status == 402
    assert page.pay().status == 303
    assert "お支払いは完了しています" in page.look().html
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_card_whose_bank_asks_each_time_needs_the_customer(timed: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(timed, client, "4000002760003184")
    _, end = period_of(subscription)
    advance_past(timed, end, HOUR)
    kinds = events_of(timed, subscription, end)
    assert {"invoice.payment_action_required", "invoice.payment_failed"} <= set(kinds)
    invoice = client.v1.invoices.list({"subscription": subscription.id, "status": "open"}).data[0]
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.invoices.pay(invoice.id)
    assert refusal.value.code == "invoice_payment_intent_requires_action"
    page = timed.browse(str(invoice.hosted_invoice_url))
    assert "本人認証" in page.pay("4000002760003184").html
    assert page.pay("4000002760003184", bank="passed").status == 303
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_card_that_was_set_up_with_its_bank_renews_alone(timed: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(timed, client, "4000002500003155")
    _, end = period_of(subscription)
    advance_past(timed, end, HOUR)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_cancellation_at_the_periods_end_can_be_undone(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    ending = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (ending.status, ending.cancel_at_period_end, ending.cancel_at) == ("active", True, end)
    kept = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at_period_end, kept.cancel_at, kept.canceled_at) == (False, None, None)
    client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    advance_past(timed, end)
    over = client.v1.subscriptions.retrieve(subscription.id)
    assert (over.status, over.ended_at) == ("canceled", end)
    assert events_of(timed, subscription, end - 1)[-1] == "customer.subscription.deleted"
    assert len(client.v1.invoices.list({"subscription": subscription.id}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})


def test_a_cancel_at_is_cleared_only_by_an_empty_one(client: StripeClient, subscription: Any) -> None:
    _, end = period_of(subscription)
    ending = client.v1.subscriptions.update(subscription.id, {"cancel_at": "min_period_end"})
    assert (ending.cancel_at, ending.cancel_at_period_end) == (end, False)
    still = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert still.cancel_at == end
    assert client.v1.subscriptions.update(subscription.id, {"cancel_at": ""}).cancel_at is None


def test_cancelling_at_once_gives_nothing_back_by_itself(client: StripeClient, subscription: Any) -> None:
    over = client.v1.subscriptions.cancel(subscription.id)
    assert (over.status, over.ended_at) == ("canceled", over.canceled_at)
    (charge,) = client.v1.charges.list({"customer": subscription.customer}).data
    assert client.v1.refunds.list({"charge": charge.id}).data == []
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscriptions.cancel(subscription.id)
    assert refusal.value.code == "resource_missing"


@pytest.mark.parametrize(
    ("choice", "status"), [("mark_unpaid", "unpaid"), ("leave_past_due", "past_due"), ("pause", "paused")]
)
def test_what_the_last_failure_does_is_the_accounts_choice(own_desk: Any, choice: str, status: str) -> None:
    desk: StripeDesk = own_desk(after_final_failure=choice, retry_after_seconds=[DAY])
    client = client_of(desk.base_url)
    subscription = subscribe(desk, client)
    _, end = period_of(subscription)
    give_card(client, subscription, DECLINES_LATER)
    advance_past(desk, end, HOUR + DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == status
    advance_past(desk, end, 40 * DAY)
    statuses = [entry.status for entry in client.v1.invoices.list({"subscription": subscription.id}).data]
    assert statuses == {"unpaid": ["draft", "open", "paid"], "paused": ["open", "paid"]}.get(
        status, ["open", "open", "paid"]
    )


def test_an_invoice_can_be_paid_or_made_void_by_a_call(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    advance_past(timed, end)
    draft = client.v1.invoices.list({"subscription": subscription.id, "status": "draft"}).data[0]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.invoices.void_invoice(draft.id)
    good = client.v1.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    paid = client.v1.invoices.pay(draft.id, {"payment_method": good.id})
    assert paid.status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.invoices.pay(draft.id)
    assert refusal.value.code == "invoice_already_paid"
    customer = client.v1.customers.create({})
    facts: Any = {
        "customer": customer.id,
        "items": [{"price": PRICE}],
        "payment_behavior": "default_incomplete",
    }
    waiting = client.v1.subscriptions.create(facts)
    void = client.v1.invoices.void_invoice(str(waiting.latest_invoice))
    assert (waiting.status, void.status, void.amount_paid) == ("incomplete", "void", 0)


def test_a_trial_of_checkout_costs_nothing_until_it_ends(timed: StripeDesk, client: StripeClient) -> None:
    trial: Any = {"trial_period_days": 5, "billing_mode": {"type": "flexible"}}
    subscription = subscribe(timed, client, subscription_data=trial)
    assert (subscription.status, subscription.trial_end - subscription.created) == ("trialing", 5 * DAY)
    advance_past(timed, subscription.trial_end, HOUR)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    assert [entry.total for entry in invoices] == [9800, 0]
    ended = subscribe(timed, client, subscription_data=trial)
    client.v1.subscriptions.update(ended.id, {"trial_end": "now"})
    assert client.v1.subscriptions.retrieve(ended.id).status == "active"


@pytest.mark.parametrize(("missing", "status"), [("pause", "paused"), ("cancel", "canceled")])
def test_a_trial_without_a_card_ends_as_it_was_told(
    timed: StripeDesk, client: StripeClient, missing: str, status: str
) -> None:
    customer = client.v1.customers.create({})
    trial: Any = {
        "customer": customer.id,
        "items": [{"price": PRICE}],
        "trial_period_days": 7,
        "trial_settings": {"end_behavior": {"missing_payment_method": missing}},
    }
    subscription = client.v1.subscriptions.create(trial)
    assert (subscription.status, subscription.trial_end) == ("trialing", subscription.created + 7 * DAY)
    timed.advance_clock(4 * DAY)
    assert "customer.subscription.trial_will_end" in events_of(timed, subscription)
    timed.advance_clock(3 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == status


def test_a_first_payment_that_fails_leaves_it_incomplete_and_then_expired(
    timed: StripeDesk, client: StripeClient
) -> None:
    card: Any = {
        "payment_method": DECLINES_LATER,
        "invoice_settings": {"default_payment_method": DECLINES_LATER},
    }
    customer = client.v1.customers.create(card)
    facts: Any = {"customer": customer.id, "items": [{"price": PRICE}]}
    with pytest.raises(stripe.CardError):
        client.v1.subscriptions.create(facts | {"payment_behavior": "error_if_incomplete"})
    subscription = client.v1.subscriptions.create(facts)
    assert subscription.status == "incomplete"
    timed.advance_clock(23 * HOUR)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "incomplete_expired"


def test_a_checkout_nobody_pays_expires(timed: StripeDesk, client: StripeClient) -> None:
    customer = client.v1.customers.create({})
    expires_at = timed.now() + 31 * 60
    session = open_checkout(client, customer.id, expires_at=expires_at)
    advance_past(timed, expires_at)
    over = client.v1.checkout.sessions.retrieve(session.id)
    assert (over.status, over.url) == ("expired", None)
    (event,) = timed.events("checkout.session.expired", about=session.id)
    assert event["created"] == expires_at
    assert timed.browse(str(session.url)).pay().status == 410


def test_a_price_changes_from_the_next_period_on(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    facts: Any = {
        "product": "prod_moment",
        "unit_amount": 500,
        "currency": "jpy",
        "recurring": {"interval": "month"},
    }
    cheaper = client.v1.prices.create(facts)
    item = subscription["items"].data[0]
    client.v1.subscription_items.update(item.id, {"price": cheaper.id, "proration_behavior": "none"})
    advance_past(timed, end, HOUR)
    assert client.v1.invoices.list({"subscription": subscription.id}).data[0].total == 500
    assert client.v1.subscription_items.list({"subscription": subscription.id}).data[0].price.id == cheaper.id


def test_time_does_not_run_back(timed: StripeDesk) -> None:
    with pytest.raises(Exception, match="does not run back"):
        timed.advance_clock_to(timed.now() - DAY)
