"""The inbox's handler of Stripe's events: whatever came, the customer is read anew and written as they are now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.inbox import Outcome, store_events
from jobs.queue import Job, JobQueue
from logs.logger import get_logger
from models.base import utc_now
from models.database import Database
from models.inbox import InboxEvent
from models.plan import Checkout, IncidentKind, Plan, PlanNews
from models.user import SubscriptionStatus, User
from payments.port import LIVING, Customer, Payments, PaymentsRefused, Subscription
from services.plan import news
from services.plan.hints import (
    REFRESH,
    is_of_another_account,
    named_object,
    object_id_of,
    refresh_row,
)
from services.plan.incidents import note_incident
from services.plan.state import (
    learner_of,
    living_subscriptions,
    main_subscription,
    plan_of,
    state_of,
    write_customer,
    write_deletion,
)
from services.plan.tidying import Reading, late_payments, read

log = get_logger(__name__)

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
        asked_at = self._time_to_ask(row)
        if asked_at is None:
            return lambda db: Outcome("known")
        reading = read(self.payments, row.subject)
        if reading is None:
            return lambda db: Outcome("no_learner")
        if reading.customer.is_deleted:
            return lambda db: self._write_deletion(db, reading.customer)
        self._close_pages(self.payments, reading.customer)
        return lambda db: self._write(db, reading, asked_at)

    def give_up(self, db: DbSession, row: InboxEvent) -> None:
        """The customer is read again with their next event, or by the look for missed ones."""
        unread = update(Plan).where(col(Plan.customer_id) == row.subject, col(Plan.unread_since).is_(None))
        db.execute(unread.values(unread_since=func.now()))

    def _time_to_ask(self, row: InboxEvent) -> datetime | None:
        """Now; None where the customer was asked for after this event had come. One payment makes half a dozen events."""
        mine = Plan.customer_id == row.subject, col(Plan.unread_since).is_(None)
        is_known = select(Plan.user_id).where(*mine, col(Plan.read_at) > row.received_at).exists()
        with self.database.reads() as db:
            known, now = db.exec(select(is_known, func.now())).one()
        return None if known else now

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
            note_incident(db, kind, stripe_id, row.subject)
            return Outcome("incident")

        return note

    def _close_pages(self, payments: Payments, customer: Customer) -> None:
        """Of whoever has a plan that runs, else they could pay another one; the rows are closed with the plan's writing."""
        if not any(each.status == SubscriptionStatus.ACTIVE for each in customer.subscriptions):
            return
        with self.database.transaction() as db:
            mine = select(Checkout.session_id).join(Plan, col(Plan.user_id) == col(Checkout.user_id))
            is_open = Plan.customer_id == customer.id, col(Checkout.closed_at).is_(None)
            pages = db.exec(mine.where(*is_open)).all()
        for page in filter(None, pages):
            try:
                payments.close_checkout(page)
            except PaymentsRefused as error:  # a second payment is given back
                log.warning("payment page not closed", error=str(error))

    def _write(self, db: DbSession, reading: Reading, asked_at: datetime) -> Outcome:
        customer = reading.customer
        _note_incidents(db, reading)
        user = learner_of(db, customer)
        if user is None:
            _note_plan_of_nobody(db, customer)
            return Outcome("no_learner")
        before = state_of(user, plan_of(db, user))
        plan = write_customer(db, user, customer)
        if plan is None:
            _note_plan_of_nobody(db, customer)
            return Outcome("other_customer")
        plan.read_at = asked_at
        plan.unread_since = asked_at if reading.untidy else None  # tidied up by the next look
        changes = list(news.changes(before, state_of(user, plan)))
        _close_checkouts(db, user, main_subscription(customer.subscriptions))
        for second in customer.subscriptions:
            is_second = second.second_of is not None
            if is_second and note_incident(db, IncidentKind.SECOND_PLAN, second.id, customer.id):
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
        if user.leaving_since is None:
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


def _note_incidents(db: DbSession, reading: Reading) -> None:
    customer = reading.customer
    for subscription_id in reading.untidy:
        note_incident(db, IncidentKind.NOT_TIDIED, subscription_id, customer.id)
    for each in customer.subscriptions:
        if each.is_of_nobody:
            note_incident(db, IncidentKind.PLAN_OF_NOBODY, each.id, customer.id)
    if customer.is_ours:
        for invoice_id in late_payments(customer):
            note_incident(db, IncidentKind.LATE_PAYMENT, invoice_id, customer.id)


def _note_plan_of_nobody(db: DbSession, customer: Customer) -> None:
    """It goes on charging. A customer whom we did not make is another shop's of the same account."""
    for each in living_subscriptions(customer.subscriptions) if customer.is_ours else ():
        note_incident(db, IncidentKind.PLAN_OF_NOBODY, each.id, customer.id)
