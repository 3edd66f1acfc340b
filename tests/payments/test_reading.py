"""What a customer of Stripe's is read as, through the life of a plan on the double's clock."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.user import SubscriptionStatus
from payments import stripe
from payments.port import PortalFlow
from simulator.stripe.client import HOUR
from tests.payments.conftest import PRICE, Buyer, Till

DECLINED = "pm_card_chargeCustomerFail"
ASKS_ITS_BANK = "pm_card_authenticationRequired"
JCB = "3566 0020 2036 0505"


def test_a_plan_that_is_paid(till: Till, buyer: Buyer) -> None:
    customer = buyer.read()
    assert (customer.id, customer.user_id) == (buyer.customer_id, buyer.user_id)
    (plan,), (invoice,) = customer.subscriptions, customer.paid_invoices
    assert (plan.status, plan.is_alive, plan.ends_on) == (SubscriptionStatus.ACTIVE, True, None)
    assert (plan.due_invoice, plan.second_of) == (None, None)
    assert (invoice.subscription_id, invoice.amount_yen) == (plan.id, 9800)
    assert invoice.starts_at == plan.created_at
    assert invoice.ends_at == plan.period_end
    assert invoice.starts_at <= invoice.paid_at < invoice.ends_at
    assert till.desk.browse(invoice.receipt_url).look().status == 200


def test_each_month_paid_is_an_invoice_whatever_the_pages(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        buyer.renew()
    monkeypatch.setattr(stripe, "PAGE", 2)
    paid = sorted(buyer.read().paid_invoices, key=lambda invoice: invoice.starts_at)
    assert len(paid) == 4
    assert [each.ends_at for each in paid[:-1]] == [each.starts_at for each in paid[1:]]
    assert paid[-1].ends_at == buyer.plan().period_end


def test_who_never_paid_has_no_plan(till: Till, buyer: Buyer) -> None:
    """One that waits for its first payment, and one whose payment failed and was given up."""
    waiting: Any = {
        "customer": buyer.customer_id,
        "items": [{"price": PRICE}],
        "payment_behavior": "default_incomplete",
    }
    first = till.api.v1.subscriptions.create(waiting)
    unpaid = next(each for each in buyer.read().subscriptions if each.id == first.id)
    assert (unpaid.status, unpaid.is_alive) == (SubscriptionStatus.FREE, False)
    till.desk.advance_clock(24 * HOUR)
    assert till.api.v1.subscriptions.retrieve(first.id).status == "incomplete_expired"
    unpaid = next(each for each in buyer.read().subscriptions if each.id == first.id)
    assert (unpaid.status, unpaid.is_alive) == (SubscriptionStatus.FREE, False)
    till.payments.cancel(first.id)


def test_a_cancellation_by_flag_and_by_date_both_end_on_a_day(buyer: Buyer) -> None:
    end = buyer.plan().period_end
    buyer.change(cancel_at_period_end=True)
    assert (buyer.plan().status, buyer.plan().ends_on) == (SubscriptionStatus.ACTIVE, end)
    buyer.change(cancel_at_period_end=False)
    assert buyer.plan().ends_on is None
    earlier = int(end.timestamp()) - 24 * HOUR
    buyer.change(cancel_at=earlier)
    assert buyer.plan().ends_on == datetime.fromtimestamp(earlier, UTC)
    buyer.change(cancel_at="")
    assert buyer.plan().ends_on is None


def test_a_cancellation_in_the_portal_ends_with_its_period(till: Till, buyer: Buyer) -> None:
    end = buyer.plan().period_end
    portal = till.payments.open_portal(
        buyer.customer_id, PortalFlow.FRONT, buyer.subscription_id, "https://moment.test/plan/done"
    )
    assert till.desk.browse(portal).cancel(buyer.subscription_id).leads_to
    assert buyer.plan().ends_on == end
    till.desk.advance_clock_to(int(end.timestamp()) + 1)
    ended = buyer.plan()
    assert (ended.status, ended.is_alive, ended.ends_on) == (SubscriptionStatus.CANCELLED, False, end)
    assert len(buyer.read().paid_invoices) == 1


def test_a_pause_and_a_pause_of_collection_are_both_a_pause(till: Till, buyer: Buyer) -> None:
    pause: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
    till.api.v1.subscriptions.pause(buyer.subscription_id, pause)
    assert (buyer.plan().status, buyer.plan().is_alive) == (SubscriptionStatus.PAUSED, True)
    till.api.v1.subscriptions.resume(buyer.subscription_id, {"payment_behavior": "resume_on_payment_success"})
    assert buyer.plan().status == SubscriptionStatus.ACTIVE

    buyer.change(pause_collection={"behavior": "void"})
    assert till.api.v1.subscriptions.retrieve(buyer.subscription_id).status == "active"
    assert buyer.plan().status == SubscriptionStatus.PAUSED
    months = len(buyer.read().paid_invoices)
    buyer.renew()
    assert len(buyer.read().paid_invoices) == months, "a void invoice opens no month"
    buyer.change(pause_collection="")
    assert buyer.plan().status == SubscriptionStatus.ACTIVE


def test_a_renewal_that_is_declined_is_due_until_it_is_paid_on_its_page(till: Till, buyer: Buyer) -> None:
    buyer.give_card(DECLINED)
    buyer.renew()
    plan = buyer.plan()
    assert plan.status == SubscriptionStatus.PAST_DUE
    assert plan.due_invoice is not None
    assert not plan.due_invoice.needs_bank
    assert len(buyer.read().paid_invoices) == 1
    assert till.desk.browse(plan.due_invoice.url).pay(JCB).status < 400
    assert (buyer.plan().status, buyer.plan().due_invoice) == (SubscriptionStatus.ACTIVE, None)
    assert len(buyer.read().paid_invoices) == 2


def test_a_renewal_of_which_the_bank_wants_to_know_says_so(buyer: Buyer) -> None:
    buyer.give_card(ASKS_ITS_BANK)
    buyer.renew()
    plan = buyer.plan()
    assert plan.status == SubscriptionStatus.PAST_DUE
    assert plan.due_invoice is not None
    assert plan.due_invoice.needs_bank


def test_the_card_that_the_portal_changes_pays_the_renewal(till: Till, buyer: Buyer) -> None:
    """Checkout leaves its card on the subscription, where the portal's page does not reach it."""
    assert buyer.plan().has_own_card
    till.payments.share_card(buyer.customer_id, buyer.subscription_id)
    assert not buyer.plan().has_own_card
    till.payments.share_card(buyer.customer_id, buyer.subscription_id)  # again: nothing to share

    url = till.payments.open_portal(
        buyer.customer_id, PortalFlow.CARD, buyer.subscription_id, "https://moment.test/plan/done"
    )
    assert till.desk.browse(url).change_card(JCB).status < 400
    buyer.renew()
    newest = till.api.v1.charges.list({"customer": buyer.customer_id, "limit": 1}).data[0]
    details: Any = newest.payment_method_details
    assert (newest.status, details.card.last4) == ("succeeded", "0505")
    assert len(buyer.read().paid_invoices) == 2


def test_a_customer_who_was_made_elsewhere_is_no_learners(till: Till) -> None:
    other = till.api.v1.customers.create({"metadata": {"moment_user": "not a number"}})
    read = till.payments.customer(other.id)
    assert read is not None
    assert (read.user_id, read.subscriptions, read.paid_invoices) == (None, [], [])
    assert till.payments.customer("cus_of_nobody") is None
