"""What Moment asks of Stripe: once each, whole when made again, and its failures told apart."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from models.user import SubscriptionStatus
from payments import client, stripe
from payments.client import told
from payments.port import CheckoutState, PaymentsAway, PaymentsError, PaymentsRefused, PlanPrice, PortalFlow
from payments.stripe import StripePayments
from settings import ConfigurationError
from simulator.stripe.client import HOUR
from tests.log_lines import log_lines
from tests.payments.conftest import KEY, Buyer, Till, settings_of

DONE = "https://moment.test/plan/done"
YEARS_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_learner_is_one_customer_however_often_they_are_made(till: Till, buyer: Buyer) -> None:
    assert till.payments.create_customer(buyer.user_id, "はな") == buyer.customer_id
    made = till.api.v1.customers.retrieve(buyer.customer_id)
    assert (made.name, made.preferred_locales) == ("はな", ["ja"])


def test_a_payment_page_is_made_once_for_its_key(till: Till, buyer: Buyer) -> None:
    order = till.order(buyer.customer_id, buyer.user_id)
    first = till.payments.open_checkout("one", order)
    assert till.payments.open_checkout("one", order) == first
    assert till.payments.open_checkout("another", order) != first
    other = till.order(buyer.customer_id, buyer.user_id + 1)
    with pytest.raises(PaymentsRefused):
        till.payments.open_checkout("one", other)
    session = next(each for each in till.desk.objects("checkout.session") if each["id"] == first.session_id)
    assert (session["mode"], session["locale"]) == ("subscription", "ja")
    assert session["client_reference_id"] == str(buyer.user_id)
    assert session["expires_at"] == int(order.expires_at.timestamp())
    assert session["consent_collection"]["terms_of_service"] == "required"
    assert session["custom_text"]["submit"]["message"] == order.note


def test_a_payment_page_is_open_complete_or_expired(till: Till, buyer: Buyer) -> None:
    pages = [
        till.payments.open_checkout(key, till.order(buyer.customer_id, buyer.user_id)) for key in ("a", "b")
    ]
    states = [till.payments.checkout_state(page.session_id) for page in pages]
    assert states == [CheckoutState.OPEN] * 2
    assert till.desk.browse(pages[0].url).pay().leads_to
    till.desk.advance_clock(24 * HOUR)
    states = [till.payments.checkout_state(page.session_id) for page in pages]
    assert states == [CheckoutState.COMPLETE, CheckoutState.EXPIRED]
    for plan in buyer.read().subscriptions:
        till.payments.cancel(plan.id)


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (PortalFlow.FRONT, "請求書の履歴"),
        (PortalFlow.CARD, "カード"),
        (PortalFlow.PAUSE, "お休み"),
        (PortalFlow.CANCEL, "解約"),
    ],
)
def test_each_page_of_the_portal_opens(till: Till, buyer: Buyer, flow: PortalFlow, words: str) -> None:
    url = till.payments.open_portal(buyer.customer_id, flow, buyer.subscription_id, DONE)
    assert words in till.desk.browse(url).look().html


def test_the_portal_is_of_the_configuration_that_the_settings_name(till: Till, buyer: Buyer) -> None:
    features: Any = {"invoice_history": {"enabled": True}}
    without_pause = till.api.v1.billing_portal.configurations.create({"features": features})
    payments = StripePayments.of(settings_of(till.desk, stripe_portal=without_pause.id))
    assert payments.open_portal(buyer.customer_id, PortalFlow.FRONT, None, DONE)
    with pytest.raises(PaymentsRefused):
        payments.open_portal(buyer.customer_id, PortalFlow.PAUSE, buyer.subscription_id, DONE)


def test_the_customer_of_what_an_event_names(till: Till, buyer: Buyer) -> None:
    charge = till.api.v1.charges.list({"customer": buyer.customer_id}).data[0]
    session = till.api.v1.checkout.sessions.list({"customer": buyer.customer_id}).data[0]
    invoice = buyer.read().paid_invoices[0]
    named = {
        "customer": buyer.customer_id,
        "subscription": buyer.subscription_id,
        "invoice": invoice.id,
        "charge": charge.id,
        "session": session.id,
    }
    for kind, object_id in named.items():
        assert till.payments.customer_of(kind, object_id) == buyer.customer_id, kind
    assert till.payments.customer_of("payout", "po_1") is None


def once(till: Till) -> str:
    return till.api.v1.prices.create(
        {"currency": "jpy", "unit_amount": 100, "product_data": {"name": "x"}}
    ).id


def test_the_price(till: Till) -> None:
    assert till.payments.price() == PlanPrice(9800, "jpy", "month")
    paid_once = StripePayments.of(settings_of(till.desk, stripe_price=once(till)))
    assert paid_once.price() == PlanPrice(100, "jpy", "")
    nobodys = StripePayments.of(settings_of(till.desk, stripe_price="price_of_nobody"))
    with pytest.raises(PaymentsRefused) as refused:
        nobodys.price()
    assert "resource_missing" in str(refused.value)
    with pytest.raises(ConfigurationError, match="MOMENT_STRIPE_PRICE"):
        StripePayments.of(settings_of(till.desk, stripe_price=None))


def test_cancelling_is_at_once_and_once(till: Till, buyer: Buyer) -> None:
    for _ in range(2):
        till.payments.cancel(buyer.subscription_id)
    assert buyer.plan().status == SubscriptionStatus.CANCELLED
    charges = till.api.v1.charges.list({"customer": buyer.customer_id}).data
    assert [charge.amount_refunded for charge in charges] == [0]
    with pytest.raises(PaymentsRefused):
        till.payments.cancel("sub_of_nobody")


BREAKS = [
    ("subscriptions.update", False),
    ("subscriptions.update", True),
    ("invoices.list", False),
    ("invoice_payments.list", False),
    ("refunds.create", False),
    ("refunds.create", True),
    ("subscriptions.retrieve", False),
    ("subscriptions.cancel", False),
    ("subscriptions.cancel", True),
]


@pytest.mark.parametrize(
    ("verb", "is_done"), BREAKS, ids=[f"{verb}{' done' if done else ''}" for verb, done in BREAKS]
)
def test_the_end_of_a_second_plan_broken_off_anywhere_is_whole_when_made_again(
    till: Till, buyer: Buyer, verb: str, *, is_done: bool
) -> None:
    """`is_done`: Stripe has done it, and its answer was lost."""
    second = till.pay(buyer.customer_id, buyer.user_id)
    till.desk.fault(verb, status=500, accept=is_done, times=1)
    with pytest.raises(PaymentsAway):
        till.payments.end_second(second, buyer.subscription_id)
    for _ in range(2):
        till.payments.end_second(second, buyer.subscription_id)
    plans = {plan.id: plan for plan in buyer.read().subscriptions}
    assert (plans[second].status, plans[second].second_of) == (
        SubscriptionStatus.CANCELLED,
        buyer.subscription_id,
    )
    assert plans[buyer.subscription_id].status == SubscriptionStatus.ACTIVE
    charges = till.api.v1.charges.list({"customer": buyer.customer_id}).data
    assert sorted(charge.amount_refunded for charge in charges) == [0, 9800]


def test_only_the_running_period_of_a_second_plan_is_given_back(till: Till, buyer: Buyer) -> None:
    second = till.pay(buyer.customer_id, buyer.user_id)
    buyer.renew()
    till.desk.advance_clock(HOUR)
    till.payments.end_second(second, buyer.subscription_id)
    charges = till.api.v1.charges.list({"customer": buyer.customer_id}).data
    assert sorted(charge.amount_refunded for charge in charges) == [0, 0, 0, 9800]


def calls(till: Till, buyer: Buyer) -> dict[str, Callable[[], object]]:
    """Every one of the port's."""
    payments, plan = till.payments, buyer.subscription_id
    return {
        "customer": lambda: payments.customer(buyer.customer_id),
        "customer_of": lambda: payments.customer_of("subscription", plan),
        "create_customer": lambda: payments.create_customer(buyer.user_id + 10**6, "はな"),
        "open_checkout": lambda: payments.open_checkout(
            f"key {plan}", till.order(buyer.customer_id, buyer.user_id)
        ),
        "checkout_state": lambda: payments.checkout_state("cs_1"),
        "open_portal": lambda: payments.open_portal(buyer.customer_id, PortalFlow.FRONT, plan, DONE),
        "end_second": lambda: payments.end_second(plan, "sub_1"),
        "share_card": lambda: payments.share_card(buyer.customer_id, plan),
        "cancel": lambda: payments.cancel(plan),
        "price": payments.price,
        "events_since": lambda: list(payments.events_since(YEARS_AGO, ["invoice.paid"])),
    }


def test_an_outage_is_an_outage_whatever_was_asked(till: Till, buyer: Buyer) -> None:
    for name, call in calls(till, buyer).items():
        till.desk.fault("*", status=500, times=1)
        with pytest.raises(PaymentsAway) as away:
            call()
        assert (away.value.outage, away.value.retryable) == (True, True), name
        assert "500" in str(away.value)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"kind": "rate_limit"}, "RateLimitError 429"),
        ({"kind": "lock_timeout"}, "429"),
        ({"status": 502}, "502"),
        ({"status": 503}, "503"),
        ({"status": 409}, "409"),
        ({"status": 401}, "AuthenticationError 401"),
        ({"status": 403}, "PermissionError 403"),
        ({"kind": "not_json"}, "APIError"),
        ({"kind": "drop"}, "APIConnectionError"),
        ({"kind": "cut"}, "APIConnectionError"),
    ],
    ids=str,
)
def test_what_is_away_is_told_from_what_is_refused(till: Till, fault: dict[str, Any], says: str) -> None:
    till.desk.fault("prices.retrieve", **fault, times=1)
    with pytest.raises(PaymentsAway, match=says):
        till.payments.price()
    till.desk.fault("prices.retrieve", status=400, times=1)
    with pytest.raises(PaymentsRefused) as refused:
        till.payments.price()
    assert (refused.value.outage, bool(refused.value.fix)) == (False, True)


def test_who_does_not_answer_is_not_waited_for(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.2)
    impatient = StripePayments.of(settings_of(till.desk))
    till.desk.fault("prices.retrieve", "hang", times=1)
    with pytest.raises(PaymentsAway):
        impatient.price()
    nobody = StripePayments.of(settings_of(till.desk, stripe_api_url="http://127.0.0.1:1"))
    with pytest.raises(PaymentsAway):
        nobody.price()


def test_a_call_whose_answer_is_lost_is_made_again_under_the_same_key(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "RETRIES", 1)
    steady = StripePayments.of(settings_of(till.desk))
    before = len(till.desk.objects("billing_portal.session"))
    customer = till.payments.create_customer(10**8, "はな")
    till.desk.fault("billing_portal.sessions.create", "drop", accept=True, times=1)
    assert steady.open_portal(customer, PortalFlow.FRONT, None, DONE)
    assert len(till.desk.objects("billing_portal.session")) == before + 1


def test_a_wrong_key_is_named_and_not_shown(till: Till) -> None:
    key = "sk_test_of_somebody_else"
    payments = StripePayments.of(settings_of(till.desk, stripe_key=SecretStr(key)))
    with pytest.raises(PaymentsAway) as away:
        payments.price()
    detail, fix = told(away.value)
    assert "MOMENT_STRIPE_KEY" in fix
    for words in (str(away.value), repr(away.value), detail, fix):
        assert key not in words


def test_events_are_listed_newest_first_as_the_webhook_brings_them(
    till: Till, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    types = ["invoice.paid", "customer.subscription.created"]
    since = datetime.fromtimestamp(till.desk.now(), UTC) - timedelta(days=1)
    whole = list(till.payments.events_since(since, types))
    assert [event["created"] for event in whole] == sorted((e["created"] for e in whole), reverse=True)
    assert {event["type"] for event in whole} == set(types)
    sent = {event["id"]: event for event in till.desk.events()}
    for event in whole:
        assert json.loads(json.dumps(event))["data"] == sent[event["id"]]["data"]

    monkeypatch.setattr(stripe, "PAGE", 1)
    assert list(till.payments.events_since(since, types)) == whole
    later = datetime.fromtimestamp(till.desk.now() + 60, UTC)
    assert list(till.payments.events_since(later, types)) == []
    events = till.payments.events_since(since, types)
    assert next(events) == whole[0]
    till.desk.fault("events.list", status=500, times=1)
    with pytest.raises(PaymentsError):
        list(events)


def test_neither_keys_nor_cards_nor_names_are_in_the_log(till: Till) -> None:
    with log_lines(logging.DEBUG) as log:
        buyer = till.buyer()
        buyer.give_card("pm_card_chargeCustomerFail")
        buyer.renew()
        assert buyer.plan().status == SubscriptionStatus.PAST_DUE
        for call in calls(till, buyer).values():
            till.desk.fault("*", status=402, times=1)
            with pytest.raises(PaymentsError):
                call()
        till.payments.end_second(buyer.subscription_id, "sub_1")
    for secret in (KEY, "はな", "山田", "4242"):
        assert secret not in log.text
