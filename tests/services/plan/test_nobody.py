"""A plan that is paid for and that no learner has: it does not go on charging unseen."""

from collections.abc import Sequence

from sqlmodel import col, select

from models.base import database_now
from models.inbox import InboxEvent
from models.plan import PaymentIncident
from models.user import User
from payments.port import CheckoutState, Payments
from payments.stripe import NOBODY
from services.erasure import end_plan
from services.plan.events import EVENT_TYPES
from services.traces import delete_rows
from tests.services.plan.payer import Json, Payer


def payments_of(payer: Payer) -> Payments:
    payments = payer.shop.resources.payments
    assert payments is not None
    return payments


def receive_all(payer: Payer, customer_id: str) -> None:
    events = payer.shop.desk.events(about=customer_id)
    payer.shop.receive(*[event for event in events if event["type"] in EVENT_TYPES])


def incidents(payer: Payer, customer_id: str) -> Sequence[str]:
    with payer.shop.resources.database.transaction() as db:
        mine = select(PaymentIncident).where(PaymentIncident.customer_id == customer_id)
        return [f"{each.kind} {each.stripe_id}" for each in db.exec(mine.order_by(col(PaymentIncident.id)))]


def of(payer: Payer, kind: str, customer_id: str) -> Sequence[Json]:
    return [each for each in payer.shop.desk.objects(kind) if each["customer"] == customer_id]


def test_what_is_paid_after_the_deletion_is_ended_given_back_and_an_incident(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    customer_id = payer.customer_id
    page = payer.other_page(customer_id)
    end_plan(payments_of(payer), customer_id)
    with payer.shop.resources.database.transaction() as db:
        delete_rows(db, db.get_one(User, payer.user_id), customer_id)
    late = payer.pays_on(page)
    receive_all(payer, customer_id)
    assert {each["status"] for each in of(payer, "subscription", customer_id)} == {"canceled"}
    assert sorted(each["amount_refunded"] for each in of(payer, "charge", customer_id)) == [0, 9800]
    assert incidents(payer, customer_id) == [f"plan_of_nobody {late}"]
    assert of(payer, "payment_method", customer_id) == []
    (customer,) = [each for each in payer.shop.desk.objects("customer") if each["id"] == customer_id]
    assert (customer["name"], customer["email"], customer["phone"]) == (NOBODY, None, None)
    with payer.shop.resources.database.transaction() as db:
        bodies = db.exec(select(InboxEvent.body).where(InboxEvent.subject == customer_id)).all()
    assert bodies
    assert not any(bodies)


def test_the_cards_go_with_who_they_were(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    assert of(payer, "payment_method", payer.customer_id)
    end_plan(payments_of(payer), payer.customer_id)
    assert of(payer, "payment_method", payer.customer_id) == []


def test_a_customer_whom_an_operator_deleted_is_no_hindrance_to_a_deletion(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.shop.stripe.v1.customers.delete(payer.customer_id)
    payments_of(payer).forget_customer(payer.customer_id)
    end_plan(payments_of(payer), payer.customer_id)
    assert payer.alive() == []


def test_who_leaves_hears_nothing_of_a_customer_that_is_deleted(payer: Payer) -> None:
    payer.pays()
    payer.catches_up()
    payer.shop.stripe.v1.customers.delete(payer.customer_id)
    with payer.shop.resources.database.transaction() as db:
        db.get_one(User, payer.user_id).leaving_since = database_now(db)
    assert payer.catches_up().news == ["started"]


def test_a_plan_of_a_learners_other_customer_is_an_incident_and_left_to_an_operator(payer: Payer) -> None:
    payer.pays()
    before = payer.catches_up()
    metadata = {"moment_user": str(payer.user_id)}
    other = payer.shop.stripe.v1.customers.create({"metadata": metadata}).id
    second = payer.pays_on(payer.other_page(other))
    receive_all(payer, other)
    assert incidents(payer, other) == [f"plan_of_nobody {second}"]
    assert payer.life() == before
    payer.shop.stripe.v1.subscriptions.cancel(second)


def test_a_plan_of_another_shop_in_the_same_account_is_none_of_ours(payer: Payer) -> None:
    stranger = payer.shop.stripe.v1.customers.create({"name": "だれか"}).id
    theirs = payer.pays_on(payer.other_page(stranger))
    receive_all(payer, stranger)
    assert incidents(payer, stranger) == []
    assert payer.shop.stripe.v1.subscriptions.retrieve(theirs).status == "active"
    payer.shop.stripe.v1.subscriptions.cancel(theirs)


def test_the_page_that_is_open_is_closed_at_stripe_once_there_is_a_plan(payer: Payer) -> None:
    payer.opens_checkout()
    (ours,) = of(payer, "checkout.session", payer.customer_id)
    payer.pays_again()
    assert not payer.catches_up().has_open_checkout
    assert payments_of(payer).checkout_state(ours["id"]) is CheckoutState.EXPIRED
