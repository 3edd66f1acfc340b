"""Deleting a learner's data: the plan first, then the rows, then what lies in the store. Each step may be made again, and
which comes next the row tells, so that it goes on wherever its process dies.

Work under way is not waited for: it finds its rows gone. What it puts into the store after that is looked for until
nobody can be at it any more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import delete, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import bound_contextvars

from errors import MomentError, is_outage
from jobs.leases import Lease, LeaseLost, Leases, finish, try_again
from jobs.queue import LONGEST_JOB, Job, enqueue
from knowledge_base import phrasebook
from logs.logger import get_logger
from models.base import database_now
from models.chat import MessageType, Sender
from models.database import Database
from models.deletion import Deletion
from models.inbox import EventSource
from models.plan import Checkout, Plan
from models.user import SubscriptionStatus, User
from payments.port import LIVING, Payments, PaymentsAway
from services.menus import menu_channels
from services.outbox import queue_message
from services.plan.tidying import leftovers
from services.traces import (
    blank_events,
    delete_rows,
    is_at_work,
    object_keys,
    unspoken_scripts,
    upload_places,
)
from storage.store import ObjectStore

log = get_logger(__name__)

GIVE_WAY = "200ms"  # to whoever holds a row of the learner's, long before Postgres looks for a deadlock
COME_AGAIN = timedelta(seconds=0.3)
FIRST_PAUSE = timedelta(
    seconds=5
)  # twice as long with each try that fails, and without an end: it is their right
LONGEST_PAUSE = timedelta(minutes=10)
LOOK_AGAIN = timedelta(
    seconds=10
)  # for objects that came late; then as long as it has been, while a job may live


class LearnerBusy(MomentError):
    """Somebody is at an event, a message or a row of theirs: a moment later nobody is."""

    retryable = True


@dataclass(frozen=True)
class Erasure:
    """`payments` is None where none are set up. `kept_speech` names the objects that a narration may have left;
    `forget_counts` is of the learner's requests; `hide_menus`, by the learner's name at LINE and our channels, and
    `say_goodbye`, by a reply token, raise nothing."""

    database: Database
    leases: Leases
    store: ObjectStore
    payments: Payments | None
    kept_speech: Callable[[Mapping[str, Any]], Sequence[str]]
    forget_counts: Callable[[int], None]
    hide_menus: Callable[[str, list[str]], None]
    say_goodbye: Callable[[str, str], None]

    def work(self, deletion_id: int) -> None:
        """Whatever the row owes next."""
        with self.database.transaction() as db:
            lease = self.leases.claim(db, Deletion, deletion_id)
            deletion = db.get(Deletion, deletion_id, populate_existing=True)
        if lease is None or deletion is None:
            return
        with bound_contextvars(deletion_id=deletion_id):
            try:
                with self.leases.hold(lease):
                    self._try(lease, deletion)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))

    def _try(self, lease: Lease, deletion: Deletion) -> None:
        try:
            if deletion.user_id is not None:
                self._end_plan(deletion.user_id)
                self._hide_menus(deletion.user_id)
                deletion = self._delete_rows(lease, deletion.user_id)
            self._purge(deletion)
        except LeaseLost:
            raise
        except LearnerBusy:
            self._come_again(lease, COME_AGAIN, attempts=0)
        except Exception as error:  # noqa: BLE001 - the border of the erasure: kept on its row and tried again
            self._note_failure(lease, error)
        else:
            self._say_goodbye(deletion)
            self._look_again_or_end(lease, deletion)

    def _end_plan(self, user_id: int) -> None:
        """Nothing is charged from here on, whatever happens next. Raises PaymentsError."""
        with self.database.transaction() as db:
            plan, user = db.get(Plan, user_id), db.get(User, user_id)
            is_open = Checkout.user_id == user_id, col(Checkout.closed_at).is_(None)
            pages = db.exec(select(Checkout.session_id).where(*is_open)).all()
        if plan is None or user is None:
            return
        if self.payments is None:
            if user.subscription_status in LIVING:
                raise PaymentsAway("a plan is to be cancelled, and no payments are set up")
            return
        for page in filter(None, pages):
            self.payments.close_checkout(page)
        end_plan(self.payments, plan.customer_id)

    def _hide_menus(self, user_id: int) -> None:
        """LINE would show them for good, and only our rows tell where."""
        with self.database.transaction() as db:
            user, channels = db.get(User, user_id), menu_channels(db, user_id)
        if user is not None and channels:
            self.hide_menus(user.line_user_id, channels)

    def _delete_rows(self, lease: Lease, user_id: int) -> Deletion:
        """In one transaction, with what is left to be done afterwards. Raises LearnerBusy, LeaseLost."""
        with self.database.transaction() as db:
            speech = [key for script in unspoken_scripts(db, user_id) for key in self.kept_speech(script)]
        try:
            with self.database.transaction() as db:
                db.execute(text(f"SET LOCAL lock_timeout = '{GIVE_WAY}'"))
                deletion = self._take_leave(db, lease, user_id, speech)
        except OperationalError as error:
            if isinstance(error.orig, (LockNotAvailable, DeadlockDetected)):
                raise LearnerBusy(f"user {user_id}") from error
            raise
        self.forget_counts(user_id)
        # After a restore the learner is back, and has to be deleted again: the runbook finds them by this.
        log.info("learner deleted", user_id=user_id, objects=len(deletion.keys))
        return deletion

    def _take_leave(self, db: DbSession, lease: Lease, user_id: int, speech: Sequence[str]) -> Deletion:
        deletion = _held(db, lease)
        user = db.get(User, user_id, with_for_update=True)
        plan = db.get(Plan, user_id)
        customer_id = plan.customer_id if plan is not None else ""
        if user is None:
            return deletion
        if is_at_work(db, user, customer_id):
            raise LearnerBusy(f"user {user_id}")
        deletion.keys = sorted({*object_keys(db, user_id), *speech})
        deletion.places = upload_places(db, user_id)
        deletion.customer_id, deletion.error = customer_id, ""
        deletion.rows_gone_at = database_now(db)
        db.add(deletion)
        db.flush()
        delete_rows(db, user, customer_id)
        return db.get_one(Deletion, lease.row_id)

    def _purge(self, deletion: Deletion) -> None:
        for place in deletion.places:
            self.store.cancel_upload(place)
        for key in deletion.keys:
            self.store.delete(key)

    def _say_goodbye(self, deletion: Deletion) -> None:
        if deletion.reply_token is None or deletion.reply_until is None:
            return
        with self.database.transaction() as db:
            is_live = database_now(db) < deletion.reply_until
        if is_live:
            self.say_goodbye(deletion.channel, deletion.reply_token)

    def _look_again_or_end(self, lease: Lease, deletion: Deletion) -> None:
        with self.database.transaction() as db:
            held = _held(db, lease)
            # Of the plan's end Stripe tells after it.
            blank_events(db, EventSource.STRIPE, deletion.customer_id)
            age = _age(db, held.rows_gone_at)
            if age is not None and age < LONGEST_JOB:
                pause = min(max(LOOK_AGAIN, age), LONGEST_JOB - age)
                try_again(db, lease, "", pause, attempts=0, reply_token=None, reply_until=None)
                return
            finish(db, lease)
            db.exec(delete(Deletion).where(col(Deletion.id) == lease.row_id))
        log.info("deletion over")

    def _note_failure(self, lease: Lease, error: Exception) -> None:
        name = type(error).__name__
        if is_outage(error):
            log.warning("deletion waits", error=name)
        else:
            log.error("deletion failed", error=name, exc_info=error)
        pause = min(FIRST_PAUSE * 2 ** min(lease.attempt - 1, 12), LONGEST_PAUSE)
        self._come_again(lease, pause, f"{name}: {error}"[:500])

    def _come_again(self, lease: Lease, pause: timedelta, problem: str = "", **values: Any) -> None:
        with self.database.transaction() as db:
            deletion = _held(db, lease)
            if problem and deletion.user_id is not None and deletion.reply_token is not None:
                _say_it_waits(db, deletion)
            db.flush()
            try_again(db, lease, problem, pause, **values)
            enqueue(db, Job.DELETE_LEARNER, lease.row_id, delay_seconds=pause.total_seconds())


def end_plan(payments: Payments, customer_id: str) -> None:
    """Whatever the customer has of plans ends now; of two, the second is refunded as ever. Made again, nothing more is
    done. Raises PaymentsError."""
    customer = payments.customer(customer_id)
    if customer is None or customer.is_deleted:  # with every plan
        return
    for step in leftovers(payments, customer):
        step.take()
    for each in customer.subscriptions:
        if each.status != SubscriptionStatus.CANCELLED:
            payments.cancel(each.id)
    payments.forget_customer(customer_id)


def _say_it_waits(db: DbSession, deletion: Deletion) -> None:
    """Once, by the reply token that else would carry the last word: they hear within the minute what becomes of it."""
    assert deletion.user_id is not None  # noqa: S101 - the caller has looked
    queue_message(
        db,
        deletion.user_id,
        MessageType.NOTICE,
        text=phrasebook.phrase("leaving_waits"),
        sender=Sender.SYSTEM,
        channel=deletion.channel,
        reply_token=deletion.reply_token,
        reply_until=deletion.reply_until,
    )
    deletion.reply_token, deletion.reply_until = None, None
    db.add(deletion)


def _held(db: DbSession, lease: Lease) -> Deletion:
    """Locked. Raises LeaseLost."""
    deletion = db.get(Deletion, lease.row_id, with_for_update=True, populate_existing=True)
    if deletion is None or deletion.lease_token != lease.token:
        raise LeaseLost(str(lease))
    return deletion


def _age(db: DbSession, since: datetime | None) -> timedelta | None:
    return database_now(db) - since if since is not None else None
