"""A learner who pays, with Stripe's double beside our own services. Events move only when a test moves them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from stripe import StripeClient

from jobs.inbox import store_events
from models.chat import ChatRoom, Message, MessageType
from models.inbox import EventSource, InboxEvent, InboxSubject
from models.plan import Checkout, PaidPeriod, PaymentIncident, Plan
from models.user import SubscriptionStatus, User
from moment.resources import Resources
from payments.port import PortalFlow
from services import profile
from services.plan.events import EVENT_TYPES
from services.plan.hints import inbox_row
from simulator.stripe.client import VISA, Page, Step, StripeDesk

Json = dict[str, Any]
ALIVE = ("active", "past_due", "paused", "trialing", "unpaid")
_numbers = count(1)


@dataclass(frozen=True)
class Shop:
    """`stripe` is an operator's hand at Stripe: what the dashboard does."""

    desk: StripeDesk
    resources: Resources
    stripe: StripeClient

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def receive(self, *events: Json) -> None:
        """As the webhook stores them; then handled, however often Stripe is away meanwhile."""
        self.store(*events)
        self.handle_all()

    def store(self, *events: Json) -> None:
        store_events(self.resources.database, [inbox_row(event) for event in events])

    def handle_all(self, rounds: int = 10) -> None:
        """What workers and reconciler would do by and by."""
        for _ in range(rounds):
            waiting = self._waiting()
            if not waiting:
                return
            for subject_id in waiting:
                self.resources.inbox.handle(subject_id)
        raise AssertionError(f"events still wait after {rounds} rounds")

    def handle_once(self, away: timedelta = timedelta()) -> None:
        """`away`: for how long Stripe has not answered."""
        waiting = self._waiting()
        with self.resources.database.transaction() as db:
            gone = update(InboxSubject).where(col(InboxSubject.away_since).is_not(None))
            db.execute(gone.values(away_since=func.now() - away))
        for subject_id in waiting:
            self.resources.inbox.handle(subject_id)

    def outcomes(self, customer_id: str) -> Sequence[str]:
        with self.resources.database.transaction() as db:
            mine = select(InboxEvent.outcome).where(InboxEvent.subject == customer_id)
            return list(db.exec(mine.order_by(col(InboxEvent.id))))

    def _waiting(self) -> Sequence[int]:
        """All that wait, and their pauses are over."""
        with self.resources.database.transaction() as db:
            owing = col(InboxSubject.source) == EventSource.STRIPE, col(InboxSubject.due_at).is_not(None)
            db.execute(update(InboxSubject).where(*owing).values(due_at=func.now()))
            return list(db.exec(select(InboxSubject.id).where(*owing)))


@dataclass(frozen=True)
class Life:
    """All that our rows say of one learner's plan."""

    status: SubscriptionStatus
    months_paid: int
    subscription_id: str | None
    ends_on: datetime | None
    due_invoice_id: str | None
    paid_invoices: Sequence[str]
    has_open_checkout: bool
    incidents: Sequence[str]
    news: Sequence[str]


@dataclass
class Payer:
    shop: Shop
    user_id: int
    _newest: dict[str, str] = field(default_factory=dict)  # event that was seen of each customer
    _customers: dict[str, None] = field(default_factory=dict)

    @classmethod
    def new(cls, shop: Shop) -> "Payer":
        with shop.resources.database.transaction() as db:
            return cls(shop, profile.take_in(db, f"U-payer-{next(_numbers)}", "ゆうこ").id)

    def opens_checkout(self) -> str | None:
        return self.shop.resources.plan_pages.checkout(self.user_id).url

    def pays(self, card: str = VISA) -> Step:
        url = self.opens_checkout()
        assert url is not None
        step = self.shop.desk.browse(url).pay(card, bank="passed")
        assert step.leads_to, step.html
        return step

    def pays_again(self) -> str:
        """In another tab, whose page was opened before: returns the second subscription."""
        self.shop.desk.advance_clock(1)  # of two of the same second either may live
        return self.pays_on(self.other_page(self.customer_id))

    def other_page(self, customer_id: str) -> str:
        """Not of our making; returns its session."""
        session = self.shop.stripe.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "customer": customer_id,
                "line_items": [{"price": "price_moment_monthly", "quantity": 1}],
                "subscription_data": {"billing_mode": {"type": "flexible"}},
                "success_url": "https://moment.test/thanks",
                "cancel_url": "https://moment.test/plan",
            }
        )
        return session.id

    def pays_on(self, session_id: str) -> str:
        """Returns the subscription."""
        sessions = self.shop.stripe.v1.checkout.sessions
        assert self.shop.desk.browse(sessions.retrieve(session_id).url or "").pay(bank="passed").leads_to
        return str(sessions.retrieve(session_id).subscription)

    def has_a_card(self, name: str) -> None:
        """As changed in the portal, by a test card's name: one that is refused at the next payment can be given so."""
        method = self.shop.stripe.v1.payment_methods.attach(name, {"customer": self.customer_id})
        default: Any = {"invoice_settings": {"default_payment_method": method.id}}
        self.shop.stripe.v1.customers.update(self.customer_id, default)

    def falls_due(self) -> Life:
        """A renewal that its card is refused for."""
        self.has_a_card("pm_card_chargeCustomerFail")
        return self.renews()

    def portal(self, flow: PortalFlow = PortalFlow.FRONT) -> Page:
        url = self.shop.resources.plan_pages.portal(self.user_id, flow).url
        assert url is not None
        return self.shop.desk.browse(url)

    @property
    def customer_id(self) -> str:
        with self.shop.resources.database.transaction() as db:
            return db.get_one(Plan, self.user_id).customer_id

    def subscriptions(self) -> Sequence[Json]:
        """At Stripe, the oldest first."""
        stripe = self.shop.stripe.v1.subscriptions
        found = [
            each
            for mine in self.customer_ids()
            for each in stripe.list({"customer": mine, "status": "all", "limit": 100}).data
        ]
        return sorted((each.to_dict(for_json=True) for each in found), key=lambda each: each["created"])

    def invoices(self) -> Sequence[Json]:
        stripe = self.shop.stripe.v1.invoices
        found = [
            each
            for mine in self.customer_ids()
            for each in stripe.list({"customer": mine, "limit": 100}).data
        ]
        return [each.to_dict(for_json=True) for each in found]

    def alive(self) -> Sequence[Json]:
        return [each for each in self.subscriptions() if each["status"] in ALIVE]

    @property
    def subscription_id(self) -> str:
        """The one that lives, or lived last."""
        return str((self.alive() or self.subscriptions())[-1]["id"])

    def new_events(self) -> Sequence[Json]:
        """What Stripe has to tell of this learner since they were looked at last, the oldest first."""
        events = []
        for customer_id in self.customer_ids():
            told = self.shop.desk.events(about=customer_id, after=self._newest.get(customer_id))
            if told:
                self._newest[customer_id] = told[-1]["id"]
            events += [event for event in told if event["type"] in EVENT_TYPES]
        return events

    def catches_up(self) -> Life:
        """Until what our own calls bring about is read too."""
        while events := self.new_events():
            self.shop.receive(*events)
        return self.life()

    def until(self, second: int) -> Life:
        self.shop.desk.advance_clock_to(second)
        return self.catches_up()

    def period_end(self) -> int:
        (subscription,) = self.alive()
        return int(subscription["items"]["data"][0]["current_period_end"])

    def renews(self) -> Life:
        """Its invoice is a draft for an hour."""
        return self.until(self.period_end() + 3601)

    def life(self) -> Life:
        with self.shop.resources.database.transaction() as db:
            return life_of(db, self.user_id)

    def leaves(self) -> None:
        """So that nobody's plan goes on while the next test pushes the clock."""
        for each in self.alive():
            self.shop.stripe.v1.subscriptions.cancel(each["id"])

    def customer_ids(self) -> Sequence[str]:
        """More than one if an operator deleted the first."""
        with self.shop.resources.database.transaction() as db:
            plan = db.get(Plan, self.user_id)
        if plan is not None:
            self._customers.setdefault(plan.customer_id)
        return list(self._customers)


def life_of(db: DbSession, user_id: int) -> Life:
    user, plan = db.get_one(User, user_id), db.get(Plan, user_id)
    periods = select(PaidPeriod).where(PaidPeriod.user_id == user_id)
    paid = db.exec(periods.order_by(col(PaidPeriod.starts_at))).all()
    is_open = Checkout.user_id == user_id, col(Checkout.closed_at).is_(None)
    customer_ids = {period.customer_id for period in paid} | ({plan.customer_id} if plan else set())
    about = col(PaymentIncident.customer_id).in_(customer_ids)
    incidents = db.exec(select(PaymentIncident).where(about).order_by(col(PaymentIncident.id))).all()
    room = select(ChatRoom.id).where(ChatRoom.user_id == user_id)
    told = select(Message).where(col(Message.chat_room_id).in_(room), Message.kind == MessageType.PLAN_NEWS)
    return Life(
        user.subscription_status,
        user.months_paid,
        plan.subscription_id if plan else None,
        plan.ends_on if plan else None,
        plan.due_invoice_id if plan else None,
        [period.invoice_id for period in paid],
        db.exec(select(Checkout).where(*is_open)).first() is not None,
        [f"{incident.kind} {incident.stripe_id}" for incident in incidents],
        [message.meta["news"] for message in db.exec(told.order_by(col(Message.id)))],
    )
