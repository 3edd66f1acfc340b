"""Our link to the payment page: one page while it is open, and never a second plan by our own doing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlmodel import col, select

from knowledge_base import plan_talk
from models.plan import Checkout
from models.user import SubscriptionStatus, User
from payments.port import CheckoutOrder, CheckoutPage, Payments, PaymentsAway, PaymentsRefused, PortalFlow
from services.plan.checkout import CHECKOUT_LIFE, Destination, NotForSale, PlanPages
from services.plan.links import PlanLinkOver
from simulator.stripe.client import HOUR
from tests.services.plan.payer import Payer

HAS_PLAN = Destination(None, has_plan=True)


def test_a_link_that_is_opened_twice_leads_to_one_page(payer: Payer) -> None:
    assert payer.opens_checkout() == payer.opens_checkout()
    assert len(_checkouts(payer)) == 1


def test_two_who_open_the_link_at_once_get_one_page(payer: Payer) -> None:
    with ThreadPoolExecutor(6) as threads:
        urls = [opening.result() for opening in [threads.submit(payer.opens_checkout) for _ in range(6)]]
    assert len(set(urls)) == 1
    assert len(_checkouts(payer)) == 1
    assert len(_customers(payer)) == 1


def test_a_page_that_has_expired_is_followed_by_a_new_one(payer: Payer) -> None:
    first = payer.opens_checkout()
    payer.shop.desk.advance_clock(CHECKOUT_LIFE.total_seconds() + 60)
    assert payer.opens_checkout() != first
    assert [row.closed_at is None for row in _checkouts(payer)] == [False, True]
    payer.pays()
    assert payer.catches_up().status is SubscriptionStatus.ACTIVE


def test_a_page_that_was_paid_leads_nowhere_and_is_read_at_once(payer: Payer) -> None:
    payer.pays()
    assert payer.opens_checkout() is None
    payer.shop.handle_all()  # the webhook has brought nothing
    assert payer.life().status is SubscriptionStatus.ACTIVE
    assert _page(payer) == HAS_PLAN


def test_a_page_that_was_paid_for_a_plan_that_has_ended_since_keeps_nobody_from_buying(payer: Payer) -> None:
    """Both while our endpoint was down."""
    payer.pays()
    payer.shop.stripe.v1.subscriptions.cancel(payer.subscription_id)
    payer.pays()
    assert payer.catches_up().status is SubscriptionStatus.ACTIVE


def test_a_page_that_was_never_made_is_made_by_the_next_who_asks(payer: Payer) -> None:
    payer.shop.desk.fault("checkout.sessions.create", status=500, times=1)
    with pytest.raises(PaymentsAway):
        payer.opens_checkout()
    payer.pays()
    assert len(_checkouts(payer)) == 1


def test_a_page_whose_maker_died_before_it_could_note_it_is_the_one_that_is_handed_out(payer: Payer) -> None:
    payer.shop.desk.fault("checkout.sessions.create", status=500, accept=True, times=1)
    with pytest.raises(PaymentsAway):
        payer.opens_checkout()
    payer.opens_checkout()
    assert len(_sessions(payer)) == 1


def test_a_page_that_was_to_be_made_too_long_ago_is_not_made_any_more(payer: Payer) -> None:
    payer.shop.desk.fault("checkout.sessions.create", status=500, times=1)
    with pytest.raises(PaymentsAway):
        payer.opens_checkout()
    payer.shop.desk.advance_clock(CHECKOUT_LIFE.total_seconds() - HOUR / 4)
    payer.pays()
    assert [row.session_id is None for row in _checkouts(payer)] == [True, False]


def test_a_key_that_was_used_for_other_words_is_changed(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release between two tries."""
    payer.shop.desk.fault("checkout.sessions.create", status=500, accept=True, times=1)
    with pytest.raises(PaymentsAway):
        payer.opens_checkout()
    monkeypatch.setattr(plan_talk, "CHECKOUT_NOTE", "毎月、自動で更新されます。")
    assert payer.opens_checkout()
    assert [row.closed_at is None for row in _checkouts(payer)] == [False, True]


def test_a_learner_whose_name_changed_meanwhile_is_the_same_customer(payer: Payer) -> None:
    payer.shop.desk.fault("customers.create", status=500, accept=True, times=1)
    with pytest.raises(PaymentsAway):
        payer.opens_checkout()
    with payer.shop.resources.database.transaction() as db:
        db.get_one(User, payer.user_id).first_name = "さゆり"
    payer.opens_checkout()
    (customer,) = _customers(payer)
    assert customer["name"] == "さゆり"


def test_a_page_of_another_account_is_no_page(payer: Payer) -> None:
    """The key was that of a test account until today."""
    payer.opens_checkout()
    with payer.shop.resources.database.transaction() as db:
        row = db.exec(select(Checkout).where(Checkout.user_id == payer.user_id)).one()
        row.session_id = f"cs_test_{uuid4().hex}"
    payer.pays()


def test_what_stripe_refuses_is_told_and_leaves_no_row_in_the_way(payer: Payer) -> None:
    payer.shop.desk.fault("checkout.sessions.create", status=400, times=2)
    with pytest.raises(PaymentsRefused):
        payer.opens_checkout()
    payer.pays()


# --- while the webhook writes


class _Meanwhile:
    """Something happens between our asking for a page and our noting it."""

    def __init__(self, payments: Payments, happens: Callable[[], None]) -> None:
        self._payments, self._happens = payments, happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._payments, name)

    def open_checkout(self, key: str, order: CheckoutOrder) -> CheckoutPage:
        page = self._payments.open_checkout(key, order)
        self._happens()
        return page


def test_a_page_that_comes_later_than_a_plan_is_shown_to_nobody(payer: Payer) -> None:
    payer.opens_checkout()
    payer.shop.desk.advance_clock(CHECKOUT_LIFE.total_seconds() + 60)

    def pay_elsewhere() -> None:
        payer.pays_again()
        payer.catches_up()

    assert _pages(payer, pay_elsewhere).checkout(payer.user_id) == HAS_PLAN
    assert {session["status"] for session in _sessions(payer)} == {"complete", "expired"}
    assert payer.life().status is SubscriptionStatus.ACTIVE


def test_a_page_for_a_learner_who_is_deleted_meanwhile_is_no_page(payer: Payer) -> None:
    payer.opens_checkout()
    payer.shop.desk.advance_clock(CHECKOUT_LIFE.total_seconds() + 60)

    def delete() -> None:
        with payer.shop.resources.database.transaction() as db:
            db.delete(db.get_one(User, payer.user_id))

    with pytest.raises(PlanLinkOver):
        _pages(payer, delete).checkout(payer.user_id)


def _pages(payer: Payer, happens: Callable[[], None]) -> PlanPages:
    pages = payer.shop.resources.plan_pages
    assert pages.payments is not None
    return replace(pages, payments=cast("Payments", _Meanwhile(pages.payments, happens)))


# --- where else it leads


def test_a_link_to_pay_never_opens_the_portal_of_whoever_has_a_plan(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    assert _page(payer) == HAS_PLAN
    payer.portal(PortalFlow.CANCEL).cancel(payer.subscription_id)
    payer.catches_up()
    assert _page(payer) == HAS_PLAN


def test_a_plan_that_ended_unheard_keeps_nobody_from_buying_for_long(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.shop.stripe.v1.subscriptions.cancel(payer.subscription_id)
    assert _page(payer) == HAS_PLAN
    payer.shop.handle_all()
    payer.pays()
    assert payer.catches_up().status is SubscriptionStatus.ACTIVE


def test_whoever_never_paid_is_led_from_the_portal_to_the_payment_page(payer: Payer) -> None:
    pages = payer.shop.resources.plan_pages
    assert pages.portal(payer.user_id, PortalFlow.CARD) == pages.checkout(payer.user_id)


def test_a_learner_whom_an_operator_made_a_member_by_hand_may_still_buy(payer: Payer) -> None:
    with payer.shop.resources.database.transaction() as db:
        db.get_one(User, payer.user_id).subscription_status = SubscriptionStatus.ACTIVE
    assert payer.opens_checkout() == payer.opens_checkout()


def test_without_stripe_nothing_is_for_sale(payer: Payer) -> None:
    pages = replace(payer.shop.resources.plan_pages, payments=None)
    with pytest.raises(NotForSale):
        pages.checkout(payer.user_id)


def test_a_return_from_another_learners_page_reads_nobody(payer: Payer) -> None:
    payer.opens_checkout()
    payer.shop.resources.plan_pages.refresh_after("cs_test_of_nobody")
    assert payer.shop.outcomes(payer.customer_id) == []


def _page(payer: Payer) -> Destination:
    return payer.shop.resources.plan_pages.checkout(payer.user_id)


def _checkouts(payer: Payer) -> list[Checkout]:
    with payer.shop.resources.database.transaction() as db:
        mine = select(Checkout).where(Checkout.user_id == payer.user_id)
        return list(db.exec(mine.order_by(col(Checkout.id))))


def _customers(payer: Payer) -> list[dict[str, Any]]:
    made_for = str(payer.user_id)
    everybody = payer.shop.desk.objects("customer")
    return [each for each in everybody if each.get("metadata", {}).get("moment_user") == made_for]


def _sessions(payer: Payer) -> list[dict[str, Any]]:
    everybody = payer.shop.desk.objects("checkout.session")
    return [each for each in everybody if each["customer"] == payer.customer_id]
