"""What a learner, their bank, time, an operator and Stripe do to a plan; and what must hold whatever they did.

Deeds change Stripe's double alone. What it tells of them is brought by rules of its own: late, in any order, again, or
never.
"""

import random
from collections import Counter
from typing import Any, ClassVar, Literal

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.inbox import EventSource, InboxEvent
from models.rules.entitlement import PAYING, is_spent
from models.user import SubscriptionStatus
from payments.port import LIVING
from simulator.stripe.client import DAY, HOUR
from tests.crash.phone import Phone
from tests.services.plan.payer import Json, Life, Payer, Shop

SERVED = ("active", "past_due", "paused", "trialing")
STATUS = {
    "active": SubscriptionStatus.ACTIVE,
    "past_due": SubscriptionStatus.PAST_DUE,
    "paused": SubscriptionStatus.PAUSED,
    "canceled": SubscriptionStatus.CANCELLED,
}
FETCHES = ("customers.retrieve", "subscriptions", "invoices.list", "refunds.create", "*")
COMES: dict[str, tuple[str, ...]] = {  # no more often than that which brings it about
    "paused": ("pause",),
    "resumed": ("resume",),
    "resumed_and_opened": ("resume",),
    "ending": ("cancel",),
    "kept": ("keep",),
    "month_opened": ("hour", "days", "month", "resume"),
    "recovered": ("hour", "days", "month"),
    "recovered_and_opened": ("hour", "days", "month"),
}


class PlanRules:
    shop: ClassVar[Shop]
    phone: Phone

    def begin_plan(self) -> None:
        """To be called once the learner is there."""
        with self.shop.resources.database.transaction() as db:
            user = self.phone.user(db)
            user.subscription_status = SubscriptionStatus.FREE
            self.payer = Payer(self.shop, user.id)
        self.waiting: list[Json] = []
        self.told: list[Json] = []  # all that Stripe ever had to tell
        self.past: list[Json] = []
        self.deeds: Counter[str] = Counter()
        self.session_ids: set[int] = set()
        self.is_customer = False

    # --- deeds

    @rule()
    def pay(self) -> None:
        """By the link in the chat: it leads to the payment page, to the plan, or to 「確認しています」."""
        url = self.payer.opens_checkout()
        self.is_customer = True
        if url is not None and "/c/pay/" in url:
            assert self._living_at_stripe() == [], "a payment page for who has a plan"
            self.shop.desk.browse(url).pay(bank="passed")
            self._did("pay")

    @precondition(lambda self: self.is_customer)
    @rule()
    def pay_in_another_tab(self) -> None:
        self.payer.pays_again()
        self._did("pay")

    @precondition(lambda self: self.is_customer)
    @rule(
        card=st.sampled_from(["pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
    )
    def change_the_card(self, card: str) -> None:
        self.payer.has_a_card(card)
        self._did("card")

    @rule(how_long=st.sampled_from(["hour", "days", "month"]))
    def time_goes_on(self, how_long: str) -> None:
        seconds = {"hour": HOUR + 1, "days": 5 * DAY, "month": 31 * DAY + HOUR + 1}[how_long]
        self.shop.desk.advance_clock(seconds)
        self._did(how_long)

    @precondition(lambda self: self.is_customer)
    @rule(deed=st.sampled_from(["pause", "resume", "cancel", "keep"]))
    def go_to_the_portal(self, deed: Literal["pause", "resume", "cancel", "keep"]) -> None:
        for subscription in self._living_at_stripe()[-1:]:
            stripe = self.shop.stripe.v1.billing_portal.sessions
            page = stripe.create({"customer": subscription["customer"], "return_url": "https://moment.test"})
            getattr(self.shop.desk.browse(page.url), deed)(subscription["id"])
            self._did(deed)

    @precondition(lambda self: self.is_customer)
    @rule(deed=st.sampled_from(["cancel", "collect nothing", "collect again", "refund"]))
    def operator_acts(self, deed: str) -> None:
        """In the dashboard."""
        stripe = self.shop.stripe.v1
        for subscription in self._living_at_stripe()[:1]:
            if deed == "cancel":
                stripe.subscriptions.cancel(subscription["id"])
            elif deed.startswith("collect"):
                pause: Any = {"behavior": "void"} if deed == "collect nothing" else ""
                stripe.subscriptions.update(subscription["id"], {"pause_collection": pause})
                self._did("pause" if pause else "resume")
            else:
                charges = stripe.charges.list({"customer": subscription["customer"], "limit": 1}).data
                for charge in [each for each in charges if each.paid and not each.refunded]:
                    stripe.refunds.create({"charge": charge.id})
            self._did(deed)

    # --- what comes of them

    @precondition(lambda self: self.waiting)
    @rule(seed=st.integers(0, 2**16), share=st.sampled_from([0.3, 0.7, 1.0]), again=st.integers(0, 3))
    def webhook(self, seed: int, share: float, again: int) -> None:
        """Some of it, in any order, and some of what came before again."""
        chance = random.Random(seed)
        some = chance.sample(self.waiting, max(1, int(len(self.waiting) * share)))
        self.waiting = [event for event in self.waiting if event not in some]
        self.past += some
        self.shop.receive(*some, *chance.sample(self.past, min(again, len(self.past))))
        self._hear()

    @precondition(lambda self: self.waiting)
    @rule()
    def webhooks_are_lost(self) -> None:
        self.waiting = []

    @precondition(lambda self: self.waiting)
    @rule(fetch=st.sampled_from(FETCHES), times=st.integers(1, 3))
    def webhook_while_stripe_is_away(self, fetch: str, times: int) -> None:
        self.shop.desk.fault(fetch, status=500, times=times)
        self.past += self.waiting
        self.shop.store(*self.waiting)
        self.waiting = []
        self.shop.handle_once()
        self.shop.desk.clear_faults()
        self._hear()

    @rule()
    def everything_arrives(self) -> None:
        """The look for missed events finds what is left."""
        self.shop.desk.clear_faults()
        while True:
            self._hear()
            received = self._received()
            lost = [event for event in self.told if event["id"] not in received]
            if not lost:
                break
            self.past += lost
            self.waiting = []
            self.shop.receive(*lost)
        self.shop.handle_all()
        self._plan_agrees(self.payer.life())

    # --- what must hold

    @invariant()
    def a_session_was_opened_by_who_may(self) -> None:
        """Statuses change in other steps than sessions are opened in."""
        if not hasattr(self, "payer"):
            return
        with self.shop.resources.database.transaction() as db:
            sessions = self.phone.sessions(db)
            for new in [each for each in sessions if each.id not in self.session_ids]:
                others = [each for each in sessions if each is not new and is_spent(each)]
                assert self.phone.user(db).subscription_status in PAYING or not others
            self.session_ids = {each.id for each in sessions}

    def settle_plan(self) -> None:
        """Told all of it, and some of it again, our rows say what Stripe says, and nothing is said twice."""
        self.everything_arrives()
        self._hear()
        before, told = self.payer.life(), self.told
        self.shop.receive(*reversed(told))
        with self.shop.resources.database.transaction() as db:
            self._forget_what_was_received(db)
        self.shop.receive(*told[:2], *told[-2:])
        assert self.payer.life() == before
        self.payer.leaves()

    def _plan_agrees(self, life: Life) -> None:
        living = self._living_at_stripe()
        assert len(living) <= 1, "two plans are paid for"
        if living:
            assert life.subscription_id == living[0]["id"]
            assert life.status is _status_of(living[0])
            assert (life.ends_on is not None) == (living[0]["cancel_at"] is not None)
            assert not life.has_open_checkout
        else:
            assert life.status not in LIVING
        assert life.months_paid == len(life.paid_invoices) == len(set(life.paid_invoices))
        assert set(life.paid_invoices) == self._paid_at_stripe()
        news = Counter(life.news)
        seconds = [entry for entry in life.incidents if entry.startswith("second_plan")]
        assert news["paid_twice"] == len(seconds) == len(set(seconds))
        assert news["over"] <= news["started"] + news["paused"] + news["ending"]
        assert news["started"] <= self.deeds["pay"]
        for kind, deeds in COMES.items():
            assert news[kind] <= sum(self.deeds[deed] for deed in deeds), (kind, life.news, self.deeds)

    def _living_at_stripe(self) -> list[Json]:
        return [each for each in self.payer.subscriptions() if each["status"] in SERVED]

    def _paid_at_stripe(self) -> set[str]:
        """But for what was given back: the last period of a plan that was a second one."""
        given_back = {
            (each["id"], each["items"]["data"][0]["current_period_end"])
            for each in self.payer.subscriptions()
            if each["metadata"].get("moment_second_of")
        }
        paid = [each for each in self.payer.invoices() if each["status"] == "paid" and each["subtotal"]]
        return {each["id"] for each in paid if _period_of(each) not in given_back}

    def _did(self, deed: str) -> None:
        self.deeds[deed] += 1
        self._hear()

    def _hear(self) -> None:
        new = self.payer.new_events()
        self.waiting += new
        self.told += new

    def _received(self) -> set[str]:
        with self.shop.resources.database.transaction() as db:
            return set(db.exec(select(InboxEvent.event_id)))

    def _forget_what_was_received(self, db: DbSession) -> None:
        """As a database whose inbox was emptied: each event is handled once more."""
        db.execute(delete(InboxEvent).where(col(InboxEvent.source) == EventSource.STRIPE))


def _period_of(invoice: Json) -> tuple[str, int]:
    end = max(line["period"]["end"] for line in invoice["lines"]["data"])
    return invoice["parent"]["subscription_details"]["subscription"], end


def _status_of(subscription: Json) -> SubscriptionStatus:
    rests = subscription["pause_collection"] is not None
    return SubscriptionStatus.PAUSED if rests else STATUS[subscription["status"]]
