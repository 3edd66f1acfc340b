"""Checkout: the session, its page as forms, and what a payment leaves behind."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from simulator.stripe.client import StripeDesk
from tests.simulator.stripe.harness import (
    CANCEL,
    PRICE,
    SUCCESS,
    client_of,
    open_checkout,
    subscribe,
    types_of,
)

DECLINED = "4000000000000002"
DECLINED_WHEN_CHARGED = "4000000000000341"
ASKS_BANK = "4000002500003155"


@pytest.fixture
def customer(client: StripeClient) -> stripe.Customer:
    return client.v1.customers.create({"name": "はな", "email": "hana@example.com"})


@pytest.fixture
def session(client: StripeClient, customer: stripe.Customer) -> stripe.checkout.Session:
    return open_checkout(client, customer.id)


def test_a_session_is_open_for_a_day(session: stripe.checkout.Session) -> None:
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 9800)
    assert session.expires_at == session.created + 24 * 3600
    assert session.consent_collection is not None
    assert session.consent_collection.terms_of_service == "required"
    assert "line_items" not in session


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 2])
def test_it_may_be_open_for_half_an_hour_to_a_day(
    desk: StripeDesk, client: StripeClient, customer: stripe.Customer, minutes: int
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_checkout(client, customer.id, expires_at=desk.now() + minutes * 60)
    assert refusal.value.param == "expires_at"


def test_paying_makes_a_subscription_and_leads_back(
    desk: StripeDesk, client: StripeClient, customer: stripe.Customer, session: stripe.checkout.Session
) -> None:
    step = desk.browse(str(session.url)).pay()
    assert (step.status, step.leads_to) == (303, f"https://example.com/plan/thanks?session={session.id}")
    paid: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "line_items"]})
    assert (paid.status, paid.payment_status, paid.url, paid.client_reference_id) == (
        "complete",
        "paid",
        None,
        "42",
    )
    assert paid.consent.terms_of_service == "accepted"
    assert paid.line_items.data[0].price.unit_amount == 9800
    subscription = paid.subscription
    assert (subscription.status, subscription.metadata["moment_user"]) == ("active", "42")
    assert (subscription.billing_mode.type, subscription.customer) == ("flexible", customer.id)
    assert subscription["items"].data[0].current_period_end > subscription.created
    assert "current_period_end" not in subscription
    kinds = types_of(desk.events(about=customer.id))
    assert kinds[-1] == "checkout.session.completed"
    assert kinds.index("customer.subscription.created") < kinds.index("invoice.paid")
    updates = desk.events("customer.subscription.updated", about=subscription.id)
    assert updates[-1]["data"]["previous_attributes"] == {"status": "incomplete"}


def test_a_paid_session_is_not_paid_twice(
    desk: StripeDesk, client: StripeClient, session: stripe.checkout.Session
) -> None:
    page = desk.browse(str(session.url))
    page.pay()
    assert "お支払いは完了しています" in page.pay().html
    assert len(client.v1.subscriptions.list({"customer": str(session.customer)}).data) == 1
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions"):
        client.v1.checkout.sessions.expire(session.id)


def test_two_sessions_of_one_customer_can_both_be_paid(
    desk: StripeDesk, client: StripeClient, customer: stripe.Customer
) -> None:
    for session in [open_checkout(client, customer.id) for _ in range(2)]:
        assert desk.browse(str(session.url)).pay().status == 303
    first, second = client.v1.subscriptions.list({"customer": customer.id}).data
    client.v1.subscriptions.cancel(first.id)
    assert [entry.id for entry in client.v1.subscriptions.list({"customer": customer.id}).data] == [second.id]


@pytest.mark.parametrize("card", [DECLINED, DECLINED_WHEN_CHARGED, "4000000000009995", "4000000000000069"])
def test_a_declined_card_leaves_the_session_open(
    desk: StripeDesk, client: StripeClient, session: stripe.checkout.Session, card: str
) -> None:
    page = desk.browse(str(session.url))
    step = page.pay(card)
    assert (step.status, step.leads_to) == (402, None)
    assert 'role="alert"' in step.html
    assert client.v1.subscriptions.list({"customer": str(session.customer)}).data == []
    kinds = types_of(desk.events(about=str(session.customer)))
    assert kinds[-1] == "payment_intent.payment_failed"
    assert page.pay().status == 303


def test_the_bank_is_asked_first(
    desk: StripeDesk, client: StripeClient, session: stripe.checkout.Session
) -> None:
    page = desk.browse(str(session.url))
    assert "本人認証" in page.pay(ASKS_BANK).html
    assert page.pay(ASKS_BANK, bank="failed").status == 402
    assert page.pay(ASKS_BANK, bank="passed").status == 303
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_consent_and_a_test_card_are_needed(desk: StripeDesk, session: stripe.checkout.Session) -> None:
    page = desk.browse(str(session.url))
    assert "利用規約に同意" in page.pay(terms=False).html
    assert page.pay("1234 5678").status == 400
    assert page.look().status == 200


def test_a_session_can_be_expired(
    desk: StripeDesk, client: StripeClient, session: stripe.checkout.Session
) -> None:
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    step = desk.browse(str(session.url)).look()
    assert (step.status, "有効期限が切れました" in step.html, CANCEL in step.html) == (410, True, True)
    assert desk.browse(f"{desk.base_url}/c/pay/cs_test_none").look().status == 404
    open_ones = client.v1.checkout.sessions.list({"customer": str(session.customer), "status": "open"})
    assert open_ones.data == []


def test_consent_needs_terms_to_consent_to(own_desk: Any) -> None:
    desk = own_desk(terms_url=None)
    client = client_of(desk.base_url)
    with pytest.raises(stripe.InvalidRequestError, match="Terms of Service"):
        open_checkout(client, client.v1.customers.create({}).id)


def test_a_customer_is_made_where_none_is_named(desk: StripeDesk, client: StripeClient) -> None:
    params: Any = {"mode": "subscription", "line_items": [{"price": PRICE}], "success_url": SUCCESS}
    session = client.v1.checkout.sessions.create(params)
    desk.browse(str(session.url)).send(number="4242424242424242", name="はな", email="new@example.com")
    customer = client.v1.customers.retrieve(str(client.v1.checkout.sessions.retrieve(session.id).customer))
    assert customer.email == "new@example.com"


def test_a_payment_is_refunded_once(desk: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(desk, client)
    (payment,) = client.v1.invoice_payments.list({"invoice": subscription.latest_invoice}).data
    intent = str(payment.payment.payment_intent)
    part = client.v1.refunds.create({"payment_intent": intent, "amount": 800, "reason": "duplicate"})
    assert (part.amount, part.status) == (800, "succeeded")
    rest = client.v1.refunds.create({"payment_intent": intent})
    assert rest.amount == 9000
    charge = client.v1.charges.retrieve(str(rest.charge), {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 9800)
    assert charge.refunds is not None
    assert [entry.id for entry in charge.refunds.data] == [rest.id, part.id]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_already_refunded"
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert "領収書" in desk.browse(str(charge.receipt_url)).look().html


def test_a_payment_can_be_disputed(desk: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(desk, client, "4000000000000259")
    (charge,) = client.v1.charges.list({"customer": subscription.customer}).data
    (dispute,) = client.v1.disputes.list({"charge": charge.id}).data
    assert (charge.disputed, dispute.amount, dispute.reason, dispute.status) == (
        True,
        9800,
        "fraudulent",
        "needs_response",
    )
    (event,) = desk.events("charge.dispute.created", about=dispute.id)
    assert event["data"]["object"]["charge"] == charge.id
    assert client.v1.disputes.retrieve(dispute.id, {"expand": ["charge"]}).charge.paid  # type: ignore[union-attr]
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
