"""Stripe promises no order of its events, and none but once: whatever comes how, one end state."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from math import prod
from typing import cast

import pytest
from hypothesis import settings
from sqlalchemy import delete, text
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.inbox import EventSource, InboxEvent
from models.plan import PaidPeriod, Plan
from models.user import SubscriptionStatus, User
from payments.port import Customer, Payments, PaymentsAway
from services.plan.events import PlanEvents
from services.plan.hints import inbox_row
from simulator.stripe.client import DAY
from tests.services.plan.payer import Json, Payer, Shop

TYPES = (
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.paid",
    "customer.subscription.updated",
    "invoice.payment_failed",
    "customer.subscription.deleted",
)

LATER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass
class History:
    """Stripe as it was after each event of a life. Asked, it is away every other time."""

    states: Sequence[Customer]
    now: int = 0
    _calls: int = 0

    def customer(self, customer_id: str) -> Customer | None:
        self._calls += 1
        if self._calls % 2:
            raise PaymentsAway("503")
        return self.states[self.now]

    def close_checkout(self, session_id: str) -> None:
        """It was paid."""


@dataclass(frozen=True)
class PastLife:
    """Six events of one customer's, and what Stripe said when each of them was made."""

    payer: Payer
    events: Sequence[Json]
    states: Sequence[Customer]

    @cached_property
    def rows(self) -> Sequence[InboxEvent]:
        """Each comes after Stripe was asked last."""
        return [InboxEvent(**inbox_row(event), received_at=LATER) for event in self.events]


@pytest.fixture(scope="module")
def past_life(shop: Shop) -> PastLife:
    """Paid, a renewal that failed to the end, over. None of it is read yet."""
    payer, payments = Payer.new(shop), shop.resources.payments
    assert payments is not None
    payer.pays()
    seen: dict[str, tuple[Json, Customer]] = {}

    def look() -> None:
        state = payments.customer(payer.customer_id)
        assert state is not None
        tidy = [replace(each, has_own_card=False, can_be_paid=False) for each in state.subscriptions]
        calm = replace(state, subscriptions=tidy)
        seen.update({event["type"]: (event, calm) for event in payer.new_events() if event["type"] in TYPES})

    look()
    shop.stripe.v1.subscriptions.update(payer.subscription_id, {"default_payment_method": ""})
    payer.has_a_card("pm_card_chargeCustomerFail")
    payer.new_events()
    paid = {kind: seen[kind] for kind in TYPES[:3]}
    shop.desk.advance_clock_to(payer.period_end() + 3601)
    look()
    seen |= paid
    failed = {kind: seen[kind] for kind in TYPES[3:5]}
    shop.desk.advance_clock(17 * DAY)
    look()
    seen |= paid | failed
    return PastLife(payer, [seen[kind][0] for kind in TYPES], [seen[kind][1] for kind in TYPES])


# How many events may follow at each place: 144 orders, or all 720 with --hypothesis-profile=long (minutes).
SOME, ALL = (6, 2, 2, 3, 2, 1), (6, 5, 4, 3, 2, 1)


def test_orders_of_six_events_with_duplicates_end_the_same_while_each_fetch_fails_once(
    past_life: PastLife,
) -> None:
    """As a tree: what orders begin with alike is done once, and taken back for the next."""
    choices = ALL if settings.get_current_profile_name() == "long" else SOME
    with past_life.payer.shop.resources.database.transaction() as db:
        walk = _Walk(db, past_life, History(past_life.states), choices)
        walk.on([], list(range(len(TYPES))))
        db.rollback()
    assert len(walk.ends) == prod(choices)
    assert len({end for end, _ in walk.ends}) == 1
    assert all(len(set(news)) == len(news) for _, news in walk.ends)
    assert max(walk.ends, key=lambda end: len(end[1]))[1] == ["started", "payment_failed", "over_unpaid"]
    end = json.loads(walk.ends[0][0])
    assert end["user"]["subscription_status"] == SubscriptionStatus.CANCELLED
    assert end["user"]["months_paid"] == len(end["periods"]) == 1
    assert end["incidents"] is None
    assert [checkout["closed_at"] is None for checkout in end["checkouts"]] == [False]


# All of a learner's rows that a plan is, in one look.
_END = text(
    """
    SELECT CAST(jsonb_build_object(
               'user', (SELECT to_jsonb(u) - 'heard_at' - 'remind_at' FROM "user" u WHERE id = :id),
               'plan', (SELECT to_jsonb(p) - 'read_at' FROM plan p WHERE user_id = :id),
               'periods', (SELECT jsonb_agg(to_jsonb(p) - 'id') FROM paid_period p WHERE user_id = :id),
               'checkouts', (SELECT jsonb_agg(to_jsonb(c)) FROM checkout c WHERE user_id = :id),
               'incidents', (SELECT jsonb_agg(to_jsonb(i)) FROM payment_incident i)) AS text),
           (SELECT coalesce(array_agg(m.metadata ->> 'news' ORDER BY m.id), '{}') FROM message m
              JOIN chatroom r ON r.id = m.chat_room_id WHERE r.user_id = :id)
    """
)


@dataclass
class _Walk:
    db: DbSession
    past_life: PastLife
    history: History
    choices: Sequence[int]
    ends: list[tuple[str, list[str]]] = field(default_factory=list)

    def on(self, order: list[int], left: list[int]) -> None:
        if not left:
            end, news = self.db.execute(_END, {"id": self.past_life.payer.user_id}).one()
            self.ends.append((end, news))
            return
        # Not the same ones everywhere: which come first is different after each beginning.
        turn = sum(order) % len(left)
        for index in [*left[turn:], *left[:turn]][: self.choices[len(order)]]:
            savepoint = self.db.begin_nested()
            here = [*order, index]
            # An event is fetched for after it was made, so it never tells of what was before the newest that has come.
            self.history.now = max(here)
            self._handle(index)
            if len(here) in (2, 4):
                self._handle(here[len(here) // 2 - 1])
            self.on(here, [other for other in left if other != index])
            savepoint.rollback()

    def _handle(self, index: int) -> None:
        resources = self.past_life.payer.shop.resources
        events = PlanEvents(resources.database, resources.queue, cast("Payments", self.history))
        row = self.past_life.rows[index]
        with pytest.raises(PaymentsAway):
            events.begin(row)
        assert events.begin(row)(self.db).name == "plan_written"
        self.db.flush()


@pytest.mark.parametrize("seed", range(6))
def test_orders_through_the_inbox_while_stripe_answers_500(past_life: PastLife, seed: int) -> None:
    payer, shop, chance = past_life.payer, past_life.payer.shop, random.Random(seed)
    _forget(payer)
    order = [*past_life.events, *chance.sample(list(past_life.events), 3)]
    chance.shuffle(order)
    for event in order:
        verb = chance.choice(["customers.retrieve", "subscriptions.list", "invoices.list"])
        shop.desk.fault(verb, status=500, times=1)
        shop.receive(event)
        shop.desk.clear_faults()
    life = payer.life()
    assert (life.status, life.months_paid, life.incidents) == (SubscriptionStatus.CANCELLED, 1, [])
    assert shop.outcomes(payer.customer_id) == ["plan_written"] * len(TYPES)


def test_what_had_come_when_stripe_was_asked_asks_no_more(payer: Payer) -> None:
    payer.pays()
    events = payer.new_events()
    payer.shop.receive(*events)
    assert payer.shop.outcomes(payer.customer_id) == ["plan_written"] + ["known"] * (len(events) - 1)
    asked = len(payer.shop.desk.log(verb="customers.retrieve"))
    assert len(events) > 3
    payer.shop.desk.advance_clock_to(payer.period_end() + 3601)
    payer.catches_up()
    assert payer.life().months_paid == 2
    assert len(payer.shop.desk.log(verb="customers.retrieve")) > asked


def test_a_customer_who_could_not_be_read_is_read_by_the_next_event_whenever_it_came(payer: Payer) -> None:
    payer.pays()
    first, *others = payer.new_events()
    payer.shop.receive(first)
    payer.shop.store(*others)
    with payer.shop.resources.database.transaction() as db:
        plan = db.get_one(Plan, payer.user_id)
        plan.read_at, plan.unread_since = LATER, LATER
    payer.shop.handle_all()
    outcomes = payer.shop.outcomes(payer.customer_id)
    assert outcomes == ["plan_written", "plan_written"] + ["known"] * (len(others) - 1)


def _forget(payer: Payer) -> None:
    """Our rows are as before the first event."""
    with payer.shop.resources.database.transaction() as db:
        db.execute(delete(InboxEvent).where(col(InboxEvent.source) == EventSource.STRIPE))
        db.execute(delete(PaidPeriod).where(col(PaidPeriod.user_id) == payer.user_id))
        user, plan = db.get_one(User, payer.user_id), db.get_one(Plan, payer.user_id)
        user.subscription_status, user.months_paid, plan.subscription_id = SubscriptionStatus.FREE, 0, None
