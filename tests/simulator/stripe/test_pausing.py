"""A pause, a resume, and payments that are not collected, on a clock that is pushed."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from simulator.stripe.calendar import after
from simulator.stripe.client import DAY, HOUR, StripeDesk
from tests.simulator.stripe.harness import (
    DECLINES_LATER,
    advance_past,
    client_of,
    events_of,
    give_card,
    period_of,
    subscribe,
)

NO_CREDIT: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}


@pytest.fixture(scope="module")
def client(timed: StripeDesk) -> StripeClient:
    return client_of(timed.base_url)


@pytest.fixture
def subscription(timed: StripeDesk, client: StripeClient) -> Any:
    return subscribe(timed, client)


def test_a_pause_makes_no_invoices_and_a_paid_resume_begins_anew(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    _, end = period_of(subscription)
    paused = client.v1.subscriptions.pause(subscription.id, NO_CREDIT)
    assert paused.status == "paused"
    assert paused.status_details is not None
    assert paused.status_details.paused.subscription.type == "pause_requested"
    advance_past(timed, end, 70 * DAY)
    assert len(client.v1.invoices.list({"subscription": subscription.id}).data) == 1
    again = client.v1.subscriptions.resume(subscription.id, {"payment_behavior": "resume_on_payment_success"})
    start, stop = period_of(again)
    assert (again.status, again.status_details) == ("active", None)
    assert (start, stop) == (again.billing_cycle_anchor, after(start, "month", 1))
    assert start >= end + 70 * DAY
    kinds = events_of(timed, subscription)
    assert kinds.count("customer.subscription.paused") == kinds.count("customer.subscription.resumed") == 1
    advance_past(timed, stop, HOUR)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert [entry.status for entry in client.v1.invoices.list({"subscription": subscription.id}).data] == [
        "paid"
    ] * 3


def test_a_resume_without_payment_waits_for_it_and_gives_up_after_23_hours(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    client.v1.subscriptions.pause(subscription.id, NO_CREDIT)
    waiting = client.v1.subscriptions.resume(subscription.id, {"billing_cycle_anchor": {"type": "now"}})
    assert waiting.status == "paused"
    timed.advance_clock(23 * HOUR)
    first: Any = client.v1.invoices.retrieve(str(waiting.latest_invoice))
    assert (first.status, client.v1.subscriptions.retrieve(subscription.id).status) == ("void", "paused")
    second = client.v1.subscriptions.resume(subscription.id)
    assert client.v1.invoices.pay(str(second.latest_invoice)).status == "paid"
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_resume_whose_payment_fails_stays_paused_or_is_past_due(
    client: StripeClient, subscription: Any
) -> None:
    give_card(client, subscription, DECLINES_LATER)
    client.v1.subscriptions.pause(subscription.id, NO_CREDIT)
    tried = client.v1.subscriptions.resume(subscription.id, {"payment_behavior": "resume_on_payment_success"})
    assert tried.status == "paused"
    waiting = client.v1.subscriptions.resume(subscription.id)
    with pytest.raises(stripe.CardError, match="declined"):
        client.v1.invoices.pay(str(waiting.latest_invoice))
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"


def test_unused_time_is_taken_from_the_next_invoice(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    start, end = period_of(subscription)
    timed.advance_clock_to(start + (end - start) // 2)
    client.v1.subscriptions.pause(subscription.id)
    again = client.v1.subscriptions.resume(subscription.id, {"payment_behavior": "resume_on_payment_success"})
    invoice = client.v1.invoices.retrieve(str(again.latest_invoice))
    assert len(invoice.lines.data) == 2
    assert invoice.total == pytest.approx(4900, abs=2)


def test_a_resume_inside_the_old_period_is_free_with_the_old_anchor(
    client: StripeClient, subscription: Any
) -> None:
    client.v1.subscriptions.pause(subscription.id, NO_CREDIT)
    again = client.v1.subscriptions.resume(subscription.id, {"billing_cycle_anchor": {"type": "unchanged"}})
    assert (again.status, period_of(again)) == ("active", period_of(subscription))
    assert again.latest_invoice == subscription.latest_invoice


def test_a_resume_after_the_old_period_costs_a_part_with_the_old_anchor(
    timed: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    start, _ = period_of(subscription)
    client.v1.subscriptions.pause(subscription.id, NO_CREDIT)
    third, fourth = after(start, "month", 3), after(start, "month", 4)
    timed.advance_clock_to((third + fourth) // 2)
    again = client.v1.subscriptions.resume(
        subscription.id,
        {"billing_cycle_anchor": {"type": "unchanged"}, "payment_behavior": "resume_on_payment_success"},
    )
    assert (again.status, again.billing_cycle_anchor, period_of(again)[1]) == ("active", start, fourth)
    assert client.v1.invoices.retrieve(str(again.latest_invoice)).total == pytest.approx(4900, rel=0.05)


def test_only_flexible_billing_can_pause(timed: StripeDesk, client: StripeClient) -> None:
    classic = subscribe(timed, client, subscription_data={"metadata": {"moment_user": "1"}})
    assert classic.billing_mode.type == "classic"
    with pytest.raises(stripe.InvalidRequestError, match="flexible"):
        client.v1.subscriptions.pause(classic.id)


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")],
)
def test_pausing_collection_leaves_it_active(
    timed: StripeDesk, client: StripeClient, subscription: Any, behavior: str, status: str
) -> None:
    _, end = period_of(subscription)
    pause: Any = {"pause_collection": {"behavior": behavior, "resumes_at": end + 2 * DAY}}
    client.v1.subscriptions.update(subscription.id, pause)
    advance_past(timed, end, DAY)
    held = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert (held.status, held.latest_invoice.status) == ("active", status)  # type: ignore[union-attr]
    advance_past(timed, end, 2 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).pause_collection is None
