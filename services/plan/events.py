"""The inbox's handler of Stripe's events: whatever came, the customer is read anew and written as they are now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prometheus_client import Counter
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col

from jobs.inbox import Outcome, store_events
from jobs.queue import Job, JobQueue
from logs.logger import get_logger
from models.base import utc_now
from models.database import Database
from models.inbox import InboxEvent
from models.plan import Checkout, IncidentKind, PaymentIncident
from payments.port import LIVING, Customer, Payments
from services.plan import news
from services.plan.hints import (
    REFRESH,
    is_of_another_account,
    named_object,
    object_id_of,
    refresh_row,
)
from services.plan.state import learner_of, living_subscriptions, plan_of, state_of, write_customer

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
        kind = row.event_type.removeprefix(_THIN)
        if self.payments is None or is_of_another_account(row.body):
            return lambda db: Outcome("not_ours")
        if kind in INCIDENT_EVENTS:
            return lambda db: _note_incident(db, INCIDENT_EVENTS[kind], object_id_of(row.body), row.subject)
        if kind not in (*CUSTOMER_EVENTS, REFRESH):
            return lambda db: Outcome("ignored")
        if not row.subject:
            return self._send_on(self.payments, row)
        customer = self._settle(self.payments, row.subject)
        return lambda db: self._write(db, customer)

    def give_up(self, db: DbSession, row: InboxEvent) -> None:
        """Nobody waits for an event; the customer is read again with the next one, and by the watch over missed events."""

    def _send_on(self, payments: Payments, row: InboxEvent) -> Callable[[DbSession], Outcome]:
        """A thin event names no customer: once that is known, it waits its turn among the customer's events."""
        named = named_object(row.body)
        customer_id = payments.customer_of(*named) if named else None
        if customer_id is None:
            return lambda db: Outcome("no_customer")
        subjects = store_events(self.database, [refresh_row(customer_id, utc_now(), row.event_id)])
        return lambda db: Outcome("sent_on", lambda: self.queue.nudge(Job.HANDLE_EVENTS, *subjects))

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
        for change in news.changes(before, state_of(user, plan)):
            news.tell(db, user, plan, change)
        if user.subscription_status in LIVING:
            _close_checkouts(db, user.id)
        for second in customer.subscriptions:
            if second.second_of is not None:
                _note_incident(db, IncidentKind.SECOND_PLAN, second.id, customer.id)
        return Outcome("plan_written")


def _close_checkouts(db: DbSession, user_id: int) -> None:
    is_open = col(Checkout.user_id) == user_id, col(Checkout.closed_at).is_(None)
    db.execute(update(Checkout).where(*is_open).values(closed_at=func.now()))


def _note_incident(db: DbSession, kind: IncidentKind, stripe_id: str, customer_id: str) -> Outcome:
    """Once each."""
    row = {"kind": kind, "stripe_id": stripe_id, "customer_id": customer_id}
    new = insert(PaymentIncident).values(**row).on_conflict_do_nothing().returning(col(PaymentIncident.id))
    if db.execute(new).first() is not None:
        INCIDENTS.labels(kind).inc()
        log.warning("payment incident", kind=kind, stripe_id=stripe_id)
    return Outcome("incident")
