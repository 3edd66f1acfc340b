"""What becomes of a learner's plan, from the first payment to whatever ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from models.base import JAPAN, database_now
from models.plan import PaymentIncident, Plan
from models.user import SubscriptionStatus, User
from moment.resources import open_resources
from payments.port import PortalFlow
from services.erasure import end_plan
from services.plan import state
from services.plan.events import CUSTOMER_EVENTS
from simulator.stripe.client import DAY, HOUR
from simulator.stripe.config import StripeConfig
from tests import quick_providers
from tests.services.plan.conftest import open_shop
from tests.services.plan.payer import Payer, Shop

ASKS_EACH_TIME = "4000 0027 6000 3184"


def test_a_payment_opens_the_first_month(payer: Payer) -> None:
    payer.pays()
    life = payer.catches_up()
    assert (life.status, life.months_paid, life.news) == (SubscriptionStatus.ACTIVE, 1, ["started"])
    assert life.subscription_id == payer.subscription_id
    assert not life.has_open_checkout
    assert life.incidents == []


def test_each_paid_renewal_opens_a_month_and_says_so_while_there_are_new_dishes(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    months = [payer.renews().months_paid for _ in range(5)]
    assert months == [2, 3, 4, 5, 6]
    assert payer.life().news == ["started", *["month_opened"] * 3]  # the last dishes open in the fourth


# --- two tabs


def test_of_two_plans_one_lives_and_the_other_is_given_back_in_full(payer: Payer) -> None:
    payer.pays()
    first = payer.subscription_id
    second = payer.pays_again()
    assert len(payer.alive()) == 2
    life = payer.catches_up()
    assert [each["id"] for each in payer.alive()] == [first]
    assert life.subscription_id == first
    assert life.months_paid == 1
    assert life.incidents == [f"second_plan {second}"]
    assert sorted(life.news) == ["paid_twice", "started"]
    assert _refunded(payer) == {first: 0, second: 9800}


@pytest.mark.parametrize("step", ["subscriptions.update", "refunds.create", "subscriptions.cancel"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_whoever_dies_while_ending_the_second_is_followed_by_one_who_ends_it(
    payer: Payer, step: str, is_done: bool
) -> None:
    payer.pays()
    payer.catches_up()
    second = payer.pays_again()
    payer.shop.desk.fault(step, status=500, accept=is_done, times=1)
    life = payer.catches_up()
    assert [each["id"] for each in payer.alive()] == [life.subscription_id] != [second]
    assert _refunded(payer)[second] == 9800
    assert life.months_paid == 1
    assert life.incidents == [f"second_plan {second}"]
    assert sorted(life.news) == ["paid_twice", "started"]


def test_a_second_plan_whose_refund_is_refused_is_ended_all_the_same(payer: Payer) -> None:
    payer.pays()
    second = payer.pays_again()
    payer.shop.desk.fault("refunds.create", status=400, message="This charge has been disputed.")
    life = payer.catches_up()
    assert [each["id"] for each in payer.alive()] == [life.subscription_id] != [second]
    assert (life.status, life.months_paid) == (SubscriptionStatus.ACTIVE, 1)
    assert life.incidents == [f"second_plan {second}"]


def test_a_payer_has_their_plan_even_where_stripe_refuses_to_share_the_card(payer: Payer) -> None:
    payer.pays()
    payer.shop.desk.fault("customers.update", status=400, message="refused")
    life = payer.catches_up()
    assert (life.status, life.months_paid, life.news) == (SubscriptionStatus.ACTIVE, 1, ["started"])
    assert life.incidents == [f"not_tidied {payer.subscription_id}"]
    payer.shop.desk.clear_faults()
    assert _read_again(payer) == 1
    assert payer.alive()[0]["default_payment_method"] is None
    assert _read_again(payer) == 0


def test_a_second_plan_that_stripe_refuses_to_end_is_an_incident_and_ended_by_the_next_look(
    payer: Payer,
) -> None:
    payer.pays()
    payer.catches_up()
    first, second = payer.subscription_id, payer.pays_again()
    payer.shop.desk.fault("subscriptions.update", status=400, message="refused")
    life = payer.catches_up()
    assert (life.status, life.subscription_id) == (SubscriptionStatus.ACTIVE, first)
    assert life.incidents == [f"not_tidied {second}"]
    payer.shop.desk.clear_faults()
    assert _read_again(payer) == 1
    life = payer.life()
    assert [each["id"] for each in payer.alive()] == [first]
    assert (life.months_paid, life.news) == (1, ["started", "paid_twice"])
    assert _read_again(payer) == 0


@pytest.mark.parametrize("is_due", [True, False], ids=["past due", "paused"])
def test_a_new_plan_lives_instead_of_one_that_is_due_or_rests(payer: Payer, is_due: bool) -> None:
    payer.pays()
    payer.catches_up()
    first = payer.subscription_id
    if is_due:
        payer.falls_due()
    else:
        payer.portal(PortalFlow.PAUSE).pause(first)
        payer.catches_up()
    second = payer.pays_again()
    life = payer.catches_up()
    assert [each["id"] for each in payer.alive()] == [life.subscription_id] == [second]
    assert (life.status, life.months_paid, life.due_invoice_id) == (SubscriptionStatus.ACTIVE, 2, None)
    assert (life.news[-1], life.incidents) == ("started", [])
    assert _refunded(payer)[second] == 0
    assert "open" not in [each["status"] for each in payer.invoices()]


def _read_again(payer: Payer) -> int:
    missed = payer.shop.resources.missed_events
    assert missed is not None
    count = missed.read_again()
    payer.shop.handle_all()
    return count


def test_months_that_the_second_plan_ran_before_stay_paid(payer: Payer) -> None:
    """Of the two, that which goes on lives: the other was cancelled, had run for two months and is given back its third."""
    payer.pays()
    payer.catches_up()
    payer.renews()
    assert payer.renews().months_paid == 3
    payer.portal(PortalFlow.CANCEL).cancel(payer.subscription_id)
    first, second = payer.subscription_id, payer.pays_again()
    life = payer.catches_up()
    assert life.subscription_id == second
    assert life.months_paid == 3
    assert life.incidents == [f"second_plan {first}"]
    assert sorted(life.news[-2:]) == ["paid_twice", "started"]  # nobody undid a cancellation


def _refunded(payer: Payer) -> dict[str, int]:
    """Yen that were given back, by subscription."""
    stripe = payer.shop.stripe.v1
    intents: dict[str, str] = {}
    for subscription in payer.subscriptions():
        for invoice in stripe.invoices.list({"subscription": subscription["id"]}).data:
            for payment in stripe.invoice_payments.list({"invoice": invoice.id}).data:
                intents[str(payment.payment.payment_intent)] = subscription["id"]
    refunds = dict.fromkeys(intents.values(), 0)
    for refund in payer.shop.desk.objects("refund"):
        if refund["payment_intent"] in intents:
            refunds[intents[refund["payment_intent"]]] += refund["amount"]
    return refunds


# --- cancel, undo, end


def test_a_cancellation_that_is_undone_is_told_and_forgotten(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.portal(PortalFlow.CANCEL).cancel(payer.subscription_id)
    ending = payer.catches_up()
    assert ending.status is SubscriptionStatus.ACTIVE
    assert ending.ends_on is not None
    payer.portal().keep(payer.subscription_id)
    assert payer.catches_up().ends_on is None
    life = payer.renews()
    assert (life.status, life.months_paid) == (SubscriptionStatus.ACTIVE, 2)
    assert life.news == ["started", "ending", "kept", "month_opened"]


def test_a_cancelled_plan_runs_to_its_end_and_one_bought_again_goes_on_from_what_was_paid(
    payer: Payer,
) -> None:
    payer.pays()
    payer.catches_up()
    payer.renews()
    payer.portal(PortalFlow.CANCEL).cancel(payer.subscription_id)
    payer.catches_up()
    over = payer.until(payer.period_end() + 1)
    assert (over.status, over.months_paid) == (SubscriptionStatus.CANCELLED, 2)
    payer.pays()
    again = payer.catches_up()
    assert (again.status, again.months_paid, again.ends_on) == (SubscriptionStatus.ACTIVE, 3, None)
    assert again.news == ["started", "month_opened", "ending", "over", "started"]


def test_a_cancel_page_asked_for_before_we_know_of_the_cancellation_leads_to_the_portal(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.portal(PortalFlow.CANCEL).cancel(payer.subscription_id)
    assert payer.portal(PortalFlow.CANCEL).look().status == 200


# --- pause


def test_months_are_counted_by_what_was_paid_whatever_the_pause(payer: Payer) -> None:
    """Joined on 31 January, paused at 23:59 in Japan, back a month later."""
    _push_to(payer.shop, month=1, day=31, hour=12)
    payer.pays()
    payer.catches_up()
    start, end = (_japan(payer, name) for name in ("current_period_start", "current_period_end"))
    assert [(start.month, start.day), (end.month, end.day)] == [(1, 31), (2, 28 if end.year % 4 else 29)]
    payer.shop.desk.advance_clock_to(int(end.replace(hour=23, minute=59).timestamp()) - DAY)
    payer.portal(PortalFlow.PAUSE).pause(payer.subscription_id)
    assert payer.catches_up().status is SubscriptionStatus.PAUSED
    resting = payer.until(int(end.timestamp()) + 30 * DAY)
    assert (resting.status, resting.months_paid) == (SubscriptionStatus.PAUSED, 1)
    payer.portal().resume(payer.subscription_id)
    back = payer.catches_up()
    assert (back.status, back.months_paid) == (SubscriptionStatus.ACTIVE, 2)
    assert payer.renews().months_paid == 3
    assert payer.life().news == ["started", "paused", "resumed_and_opened", "month_opened"]


def test_a_learner_who_was_free_for_months_begins_with_the_first(payer: Payer) -> None:
    with payer.shop.resources.database.transaction() as db:
        db.get_one(User, payer.user_id).created_at = database_now(db) - timedelta(days=100)
    payer.pays()
    assert payer.catches_up().months_paid == 1


@pytest.mark.parametrize("is_due", [False, True], ids=["active", "past due"])
def test_money_that_is_not_collected_for_a_while_is_a_pause(payer: Payer, is_due: bool) -> None:
    payer.pays()
    payer.catches_up()
    if is_due:
        assert payer.falls_due().status is SubscriptionStatus.PAST_DUE
    pause: Any = {"pause_collection": {"behavior": "void"}}
    payer.shop.stripe.v1.subscriptions.update(payer.subscription_id, pause)
    life = payer.catches_up()
    assert life.status is SubscriptionStatus.PAUSED
    assert life.news[-1] == "paused"


def test_a_pause_that_is_news_together_with_the_payment_is_what_is_told(payer: Payer) -> None:
    payer.pays()
    payer.shop.stripe.v1.subscriptions.pause(payer.subscription_id, _UNBILLED)
    life = payer.catches_up()
    assert (life.status, life.news) == (SubscriptionStatus.PAUSED, ["paused"])


_UNBILLED: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}


def _push_to(shop: Shop, *, month: int, day: int, hour: int) -> None:
    """The next such day, in Japan."""
    now = shop.now().astimezone(JAPAN)
    wanted = datetime(now.year, month, day, hour, tzinfo=JAPAN)
    shop.desk.advance_clock_to(
        int((wanted if wanted > now else wanted.replace(year=now.year + 1)).timestamp())
    )


def _japan(payer: Payer, name: str) -> datetime:
    (subscription,) = payer.alive()
    return datetime.fromtimestamp(subscription["items"]["data"][0][name], UTC).astimezone(JAPAN)


# --- payments that fail


def test_a_renewal_that_fails_is_told_once_and_ends_after_its_last_try(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    failing = payer.falls_due()
    assert (failing.status, failing.months_paid) == (SubscriptionStatus.PAST_DUE, 1)
    assert failing.due_invoice_id is not None
    assert failing.news == ["started", "payment_failed"]
    start = payer.shop.desk.now()
    for days in (4, 9):
        later = payer.until(start + days * DAY)
        assert (later.status, later.news) == (SubscriptionStatus.PAST_DUE, failing.news)
    life = payer.until(start + 17 * DAY)
    assert (life.status, life.due_invoice_id) == (SubscriptionStatus.CANCELLED, None)
    assert life.news == [*failing.news, "over_unpaid"]


def test_a_plan_that_stripe_leaves_unpaid_is_over_and_may_be_bought_again(
    postgres_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """As the account may be set to do after the last try."""
    config = StripeConfig(after_final_failure="mark_unpaid")
    with open_shop(config, postgres_url, valkey_url, tmp_path) as shop:
        payer = Payer.new(shop)
        payer.pays()
        payer.catches_up()
        payer.falls_due()
        life = payer.until(shop.desk.now() + 17 * DAY)
        assert [each["status"] for each in payer.subscriptions()] == ["unpaid"]
        assert (life.status, life.months_paid, life.news[-1]) == (SubscriptionStatus.FREE, 1, "over_unpaid")
        payer.pays()
        life = payer.catches_up()
        assert (life.status, life.months_paid) == (SubscriptionStatus.ACTIVE, 2)


def test_what_a_plan_that_is_over_still_asked_for_can_be_paid_no_more(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.falls_due()
    url = _due_url(payer)
    life = payer.until(payer.shop.desk.now() + 17 * DAY)
    assert life.status is SubscriptionStatus.CANCELLED
    payer.shop.desk.browse(url).pay()
    life = payer.catches_up()
    assert sorted(each["status"] for each in payer.invoices()) == ["paid", "void"]
    assert (life.months_paid, life.incidents) == (1, [])


def test_nobody_can_pay_what_the_plan_of_a_deleted_learner_asked_for(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.falls_due()
    url = _due_url(payer)
    payments = payer.shop.resources.payments
    assert payments is not None
    end_plan(payments, payer.customer_id)
    payer.shop.desk.browse(url).pay()
    assert sorted(each["status"] for each in payer.invoices()) == ["paid", "void"]


def test_what_was_paid_between_a_plans_end_and_our_reading_of_it_is_an_incident(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    due = payer.falls_due().due_invoice_id
    url = _due_url(payer)
    payer.shop.desk.advance_clock(17 * DAY)
    assert payer.alive() == []
    payer.shop.desk.browse(url).pay()
    life = payer.catches_up()
    assert (life.status, life.incidents) == (SubscriptionStatus.CANCELLED, [f"late_payment {due}"])


def test_what_a_failed_resume_asks_for_stays_open_and_resumes_once_it_is_paid(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.portal(PortalFlow.PAUSE).pause(payer.subscription_id)
    payer.catches_up()
    payer.has_a_card("pm_card_chargeCustomerFail")
    payer.portal().resume(payer.subscription_id)
    assert payer.catches_up().due_invoice_id is not None
    payer.shop.desk.browse(_due_url(payer)).pay()
    life = payer.catches_up()
    assert (life.status, life.months_paid, life.incidents) == (SubscriptionStatus.ACTIVE, 2, [])


def _due_url(payer: Payer) -> str:
    with payer.shop.resources.database.transaction() as db:
        return db.get_one(Plan, payer.user_id).due_invoice_url


def test_a_plan_that_stripe_leaves_past_due_is_over_for_us_after_45_days_and_may_be_bought_again(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    payer.pays()
    payer.catches_up()
    payer.falls_due()
    first = payer.subscription_id
    ends = datetime.fromtimestamp(int(payer.alive()[0]["items"]["data"][0]["current_period_start"]), UTC)
    for days, status in ((44, SubscriptionStatus.PAST_DUE), (46, SubscriptionStatus.CANCELLED)):
        now = ends + timedelta(days=days)
        monkeypatch.setattr(state, "database_now", lambda _db, now=now: now)
        payer.shop.desk.advance_clock(10)
        payer.shop.resources.plan_pages.refresh(payer.customer_id)
        payer.shop.handle_all()
        assert payer.life().status is status
    assert payer.life().news[-1] == "over_unpaid"
    payer.pays()
    life = payer.catches_up()
    assert [each["id"] for each in payer.alive()] == [life.subscription_id] != [first]
    assert (life.status, life.months_paid) == (SubscriptionStatus.ACTIVE, 2)


def test_a_card_that_is_changed_pays_what_is_due(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.falls_due()
    payer.portal(PortalFlow.CARD).change_card()
    life = payer.until(payer.shop.desk.now() + 4 * DAY)
    assert (life.status, life.months_paid) == (SubscriptionStatus.ACTIVE, 2)
    assert life.news == ["started", "payment_failed", "recovered_and_opened"]


def test_a_card_that_was_changed_before_we_read_of_the_payment_is_the_one_that_pays(payer: Payer) -> None:
    payer.pays()
    payer.shop.desk.advance_clock(2)
    payer.has_a_card("pm_card_jcb")
    payer.catches_up()
    payer.renews()
    newest: Any = payer.shop.stripe.v1.charges.retrieve(_charge(payer))
    assert newest.payment_method_details.card.last4 == "0505"


def test_a_bank_that_asks_is_told_of_as_such(payer: Payer) -> None:
    payer.pays(ASKS_EACH_TIME)
    payer.catches_up()
    life = payer.renews()
    assert (life.status, life.news) == (SubscriptionStatus.PAST_DUE, ["started", "bank_asks"])


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired"])
def test_what_was_never_paid_is_no_plan(payer: Payer, status: str) -> None:
    """Made by hand in the dashboard, with a card that is declined."""
    payer.opens_checkout()
    stripe = payer.shop.stripe.v1
    method = stripe.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": payer.customer_id})
    subscription = stripe.subscriptions.create(
        {
            "customer": payer.customer_id,
            "items": [{"price": "price_moment_monthly"}],
            "default_payment_method": method.id,
            "payment_behavior": "allow_incomplete",
        }
    )
    if status == "incomplete_expired":
        payer.shop.desk.advance_clock(24 * HOUR)
    assert subscription.status == "incomplete"
    life = payer.catches_up()
    assert (life.status, life.months_paid, life.news) == (SubscriptionStatus.FREE, 0, [])


# --- what an operator does in the dashboard


def test_a_refund_of_an_operators_is_noted_once_and_changes_nothing(payer: Payer) -> None:
    payer.pays()
    before = payer.catches_up()
    charge = _charge(payer)
    payer.shop.stripe.v1.refunds.create({"charge": charge})
    events = payer.new_events()
    payer.shop.receive(*events, *events)
    life = payer.catches_up()
    assert life.incidents == [f"refund {charge}"]
    assert (life.status, life.months_paid, life.news) == (before.status, 1, ["started"])


def test_a_thin_event_of_a_refund_names_the_charge(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    charge = _charge(payer)
    payer.shop.stripe.v1.refunds.create({"charge": charge})
    related = {"id": charge, "type": "charge", "url": f"/v1/charges/{charge}"}
    thin = {"id": f"evt_thin_{charge}", "object": "v2.core.event", "type": "v1.charge.refunded"}
    payer.shop.receive({**thin, "related_object": related})
    with payer.shop.resources.database.transaction() as db:
        assert charge in _incidents(db)


def test_a_customer_deleted_in_the_dashboard_has_no_plan_and_may_buy_again(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.renews()
    old = payer.customer_id
    payer.shop.stripe.v1.customers.delete(old)
    over = payer.catches_up()
    assert (over.status, over.months_paid) == (SubscriptionStatus.CANCELLED, 2)
    assert over.news[-1] == "over"
    payer.pays()
    assert payer.customer_id != old
    again = payer.catches_up()
    assert (again.status, again.months_paid) == (SubscriptionStatus.ACTIVE, 3)


def test_a_customer_deleted_on_the_day_they_were_made_may_buy(payer: Payer) -> None:
    payer.opens_checkout()
    payer.shop.stripe.v1.customers.delete(payer.customer_id)
    payer.catches_up()
    payer.pays()
    assert payer.catches_up().status is SubscriptionStatus.ACTIVE


def _charge(payer: Payer) -> str:
    charges = payer.shop.stripe.v1.charges.list({"customer": payer.customer_id}).data
    return charges[0].id


def _incidents(db: Any) -> set[str]:
    return {incident.stripe_id for incident in db.exec(select(PaymentIncident))}


# --- events that are not ours, late, or lost


def test_an_event_of_another_account_is_kept_and_left_alone(payer: Payer) -> None:
    payer.pays()
    events = [{**event, "account": "acct_other"} for event in payer.new_events()]
    payer.shop.receive(*events)
    assert payer.life().status is SubscriptionStatus.FREE
    assert set(payer.shop.outcomes(payer.customer_id)) == {"not_ours"}


def test_an_event_of_another_api_line_is_a_hint_like_any(payer: Payer) -> None:
    payer.pays()
    event = next(event for event in payer.new_events() if event["type"] == "invoice.paid")
    payer.shop.receive({**event, "api_version": "2024-06-20"})
    assert payer.life().status is SubscriptionStatus.ACTIVE


def test_an_event_of_a_customer_who_is_nobodys_changes_nobody(payer: Payer) -> None:
    payer.pays()
    before = payer.catches_up()
    stranger = payer.shop.stripe.v1.customers.create({"name": "だれか"})
    event = {"id": f"evt_{stranger.id}", "type": "customer.subscription.updated"}
    payer.shop.receive({**event, "data": {"object": {"object": "subscription", "customer": stranger.id}}})
    assert payer.shop.outcomes(stranger.id) == ["no_learner"]
    assert payer.life() == before


def test_a_webhook_that_is_faster_than_our_own_commit_finds_its_learner(payer: Payer) -> None:
    payer.pays()
    customer_id, events = payer.customer_id, payer.new_events()
    with payer.shop.resources.database.transaction() as db:
        db.delete(db.get_one(Plan, payer.user_id))
    payer.shop.receive(*events)
    assert payer.life().status is SubscriptionStatus.ACTIVE
    assert payer.customer_id == customer_id


def test_three_days_of_lost_events_are_made_up_for_by_the_list(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    since = payer.shop.now()
    payer.portal(PortalFlow.PAUSE).pause(payer.subscription_id)
    payer.shop.desk.advance_clock(3 * DAY)
    payments = payer.shop.resources.payments
    assert payments is not None
    payer.shop.receive(*[dict(event) for event in payments.events_since(since, CUSTOMER_EVENTS)])
    assert payer.life().status is SubscriptionStatus.PAUSED


def test_an_hour_without_stripe_loses_nothing(payer: Payer) -> None:
    payer.pays()
    payer.shop.desk.fault("customers.retrieve", status=503)
    payer.shop.store(*payer.new_events())
    for minutes in range(0, 70, 10):  # more often than an event has tries of its own
        payer.shop.handle_once(away=timedelta(minutes=minutes))
    assert payer.life().status is SubscriptionStatus.FREE
    payer.shop.desk.clear_faults()
    payer.shop.handle_all()
    assert payer.life().status is SubscriptionStatus.ACTIVE


def test_a_customer_whose_events_were_given_up_is_read_again(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.portal(PortalFlow.PAUSE).pause(payer.subscription_id)
    payer.shop.desk.fault("customers.retrieve", status=400, message="refused")
    payer.shop.store(*payer.new_events())
    payer.shop.handle_all()
    assert payer.life().status is SubscriptionStatus.ACTIVE
    payer.shop.desk.clear_faults()
    assert _read_again(payer) == 1
    assert payer.life().status is SubscriptionStatus.PAUSED
    assert _read_again(payer) == 0


# --- another key of ours


def test_events_that_come_while_our_key_is_refused_wait_for_the_new_one(payer: Payer, shop: Shop) -> None:
    payer.pays()
    events = payer.new_events()
    with open_resources(
        shop.resources.settings.change(stripe_key=SecretStr("sk_test_expired")), quick_providers.build
    ) as resources:
        refused = replace(shop, resources=resources)
        refused.store(*events)
        refused.handle_once()
    assert payer.life().status == SubscriptionStatus.FREE
    shop.handle_all()
    life = payer.catches_up()
    assert (life.status, life.months_paid, life.news) == (SubscriptionStatus.ACTIVE, 1, ["started"])
