"""The inbox's handler of Stripe's events: whatever came, the customer is read anew and written as they are now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prometheus_client import Counter
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.inbox import Outcome, store_events
from jobs.queue import Job, JobQueue
from logs.logger import get_logger
from models.base import utc_now
from models.database import Database
from models.inbox import InboxEvent
from models.plan import Checkout, IncidentKind, PaymentIncident, Plan, PlanNews
from models.user import User
from payments.port import LIVING, Customer, Payments, Subscription
from services.plan import news
from services.plan.hints import (
    REFRESH,
    is_of_another_account,
    named_object,
    object_id_of,
    refresh_row,
)
from services.plan.state import (
    learner_of,
    living_subscriptions,
    main_subscription,
    plan_of,
    state_of,
    write_customer,
    write_deletion,
)

log = get_logger(__name__)

INCIDENTS = Counter("moment_payment_incidents", "What an operator should look at in Stripe", ["kind"])

# The endpoint asks for these and no others (Stripe docs: Types of events).
CUSTOMER_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "customer.deleted",
)
INCIDENT_EVENTS: Mapping[str, IncidentKind] = {
    "charge.refunded": IncidentKind.REFUND,
    "charge.dispute.created": IncidentKind.DISPUTE,
}
EVENT_TYPES = (*CUSTOMER_EVENTS, *INCIDENT_EVENTS)
_THIN = "v1."  # a thin event's type is the snapshot's behind this


@dataclass(frozen=True)
class PlanEvents:
    """`payments` is None where none are set up: what comes then is kept and left alone."""

    database: Database
    queue: JobQueue
    payments: Payments | None

    def begin(self, row: InboxEvent) -> Callable[[DbSession], Outcome]:
        """Asks Stripe for the customer. Raises PaymentsError: the event waits for its next try."""
        work = self._begin(row)
        return lambda db: _blank_of_nobody(db, row, work(db))

    def _begin(self, row: InboxEvent) -> Callable[[DbSession], Outcome]:
        kind = row.event_type.removeprefix(_THIN)
        if self.payments is None or is_of_another_account(row.body):
            return lambda db: Outcome("not_ours")
        if kind in INCIDENT_EVENTS:
            return self._incident(self.payments, row, INCIDENT_EVENTS[kind])
        if kind not in (*CUSTOMER_EVENTS, REFRESH):
            return lambda db: Outcome("ignored")
        if not row.subject:
            return self._send_on(self.payments, row)
        customer = self._settle(self.payments, row.subject)
        if customer is not None and customer.is_deleted:
            return lambda db: self._write_deletion(db, customer)
        return lambda db: self._write(db, customer)

    def give_up(self, db: DbSession, row: InboxEvent) -> None:
        """The customer is read again with their next event, or by the look for missed ones."""
        unread = update(Plan).where(col(Plan.customer_id) == row.subject, col(Plan.unread_since).is_(None))
        db.execute(unread.values(unread_since=func.now()))

    def _send_on(self, payments: Payments, row: InboxEvent) -> Callable[[DbSession], Outcome]:
        """A thin event names no customer: once that is known, it waits its turn among the customer's events."""
        named = named_object(row.body)
        customer_id = payments.customer_of(*named) if named else None
        if customer_id is None:
            return lambda db: Outcome("no_customer")
        subjects = store_events(self.database, [refresh_row(customer_id, utc_now(), row.event_id)])
        return lambda db: Outcome("sent_on", lambda: self.queue.nudge(Job.HANDLE_EVENTS, *subjects))

    def _incident(
        self, payments: Payments, row: InboxEvent, kind: IncidentKind
    ) -> Callable[[DbSession], Outcome]:
        named = named_object(row.body)
        stripe_id = named[1] if named else object_id_of(row.body)
        if kind is IncidentKind.REFUND and payments.is_refunded_by_us(stripe_id):
            return lambda db: Outcome("refunded_by_us")  # the second plan is the incident

        def note(db: DbSession) -> Outcome:
            _note_incident(db, kind, stripe_id, row.subject)
            return Outcome("incident")

        return note

    def _settle(self, payments: Payments, customer_id: str) -> Customer | None:
        """The customer with one plan at most: who paid in two tabs has the second cancelled and refunded."""
        customer = payments.customer(customer_id)
        if customer is None or customer.user_id is None:
            return customer
        living = living_subscriptions(customer.subscriptions)
        if living and living[0].has_own_card:
            payments.share_card(customer.id, living[0].id)
        half_ended = [each for each in customer.subscriptions if each.second_of and each.is_alive]
        for second in half_ended:
            payments.end_second(second.id, second.second_of or "")
        for second in living[1:]:
            payments.end_second(second.id, living[0].id)
        return payments.customer(customer_id) if half_ended or living[1:] else customer

    def _write(self, db: DbSession, customer: Customer | None) -> Outcome:
        user = learner_of(db, customer) if customer is not None else None
        if customer is None or user is None:
            return Outcome("no_learner")
        before = state_of(user, plan_of(db, user))
        plan = write_customer(db, user, customer)
        if plan is None:
            return Outcome("other_customer")
        changes = list(news.changes(before, state_of(user, plan)))
        _close_checkouts(db, user, main_subscription(customer.subscriptions))
        for second in customer.subscriptions:
            is_second = second.second_of is not None
            if is_second and _note_incident(db, IncidentKind.SECOND_PLAN, second.id, customer.id):
                changes.append(PlanNews.PAID_TWICE)
        if user.leaving_since is None:  # else they have been told what ends
            for change in changes:
                news.tell(db, user, plan, change)
        return Outcome("plan_written")

    def _write_deletion(self, db: DbSession, customer: Customer) -> Outcome:
        user = learner_of(db, customer)
        if user is None:
            return Outcome("no_learner")
        plan = plan_of(db, user) or Plan(user_id=user.id, customer_id=customer.id)
        before = state_of(user, plan)
        write_deletion(db, user)
        _close_checkouts(db, user, None, are_gone=True)
        for change in news.changes(before, state_of(user, None)):
            news.tell(db, user, plan, change)
        return Outcome("customer_deleted")


def _blank_of_nobody(db: DbSession, row: InboxEvent, outcome: Outcome) -> Outcome:
    """Of a customer whose learner is deleted, Stripe tells for months: names and addresses among it."""
    if outcome.name in ("no_learner", "incident"):
        known = select(Plan.user_id).where(Plan.customer_id == row.subject)
        if db.exec(known).first() is None:
            db.get_one(InboxEvent, row.id).body = {}
    return outcome


def _close_checkouts(
    db: DbSession, user: User, subscription: Subscription | None, *, are_gone: bool = False
) -> None:
    """Those that are no use to anybody who has a plan; of who has none any more, those that were paid for it."""
    is_open = [col(Checkout.user_id) == user.id, col(Checkout.closed_at).is_(None)]
    if user.subscription_status not in LIVING and not are_gone:
        if subscription is None:
            return
        is_open.append(col(Checkout.opened_at) <= subscription.created_at)
    db.execute(update(Checkout).where(*is_open).values(closed_at=func.now()))


def _note_incident(db: DbSession, kind: IncidentKind, stripe_id: str, customer_id: str) -> bool:
    """Whether it is new: each is noted once."""
    row = {"kind": kind, "stripe_id": stripe_id, "customer_id": customer_id}
    new = insert(PaymentIncident).values(**row).on_conflict_do_nothing().returning(col(PaymentIncident.id))
    is_new = db.execute(new).first() is not None
    if is_new:
        INCIDENTS.labels(kind).inc()
        log.warning("payment incident", kind=kind, stripe_id=stripe_id)
    return is_new
