"""Events from outside: stored before anything acts on them, then handled in order, one at a time for each subject.

A subject is whom events are about (a LINE user, a Stripe customer). Its lease keeps its events apart, also between
processes and behind a transaction pooler; subjects run in parallel.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from prometheus_client import Counter
from sqlalchemy import ColumnElement, and_, func, or_, text
from sqlmodel import Session as DbSession
from sqlmodel import col, delete, select, update
from structlog.contextvars import bound_contextvars

from errors import MomentError, is_outage
from jobs import leases
from jobs.leases import Lease, LeaseLost, Leases, finish_if, try_again, wait_out
from jobs.queue import Job, JobQueue, enqueue
from logs.logger import get_logger
from logs.timing import milliseconds_since
from models.database import Database
from models.inbox import EventSource, InboxEvent, InboxSubject

log = get_logger(__name__)

EVENTS = Counter(
    "moment_events", "Events handled by their outcome: the handler's name, unhandled, failed", ["outcome"]
)

RETRY_PAUSE = timedelta(seconds=0.5)  # doubled with each try: the subject's later events wait for it
MAX_ATTEMPTS = 5

# A subject has so many events handled in a row, then the others come first: who taps a hundred times a second must not
# take the time of all.
IN_A_ROW = 10
BREATH = timedelta(seconds=1)

# Of `inbox_event`: source, event_id, subject, channel, event_type, timestamp_ms, body, request_id; and outcome, where
# the event is settled already and wakes nobody.
Row = dict[str, Any]

# One constant statement whatever the number of rows: built row by row, it would cost more than its commit.
# Subjects in order, so that two processes that store at once do not wait for each other in a circle.
_STORE = text(
    """
    WITH stored AS (
        INSERT INTO inbox_event (source, event_id, subject, channel, event_type, timestamp_ms, body, request_id,
                                 outcome, handled_at, error)
        SELECT source, event_id, subject, channel, event_type, timestamp_ms, body, coalesce(request_id, ''),
               coalesce(outcome, ''), CASE WHEN outcome <> '' THEN now() END, ''
          FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS event(
               source text, event_id text, subject text, channel text, event_type text,
               timestamp_ms bigint, body jsonb, request_id text, outcome text)
        ON CONFLICT (source, event_id) DO NOTHING
        RETURNING source, subject, handled_at
    )
    INSERT INTO inbox_subject AS known (source, subject, arrivals, due_at, nudge_at)
    SELECT source, subject, count(*), now(), now() + :slack
      FROM stored WHERE handled_at IS NULL GROUP BY source, subject ORDER BY source, subject
    ON CONFLICT (source, subject) DO UPDATE
       SET arrivals = known.arrivals + excluded.arrivals,
           due_at = coalesce(known.due_at, excluded.due_at),
           nudge_at = coalesce(known.nudge_at, excluded.nudge_at)
    RETURNING id, due_at = now() AS is_idle
    """
)


def store_events(database: Database, rows: Sequence[Row]) -> list[int]:
    """Commits the rows; one that is there already changes nothing. Returns the subjects to wake: those at whose
    events nobody is yet."""
    # A statement alone is a transaction: without BEGIN and COMMIT around it, deliveries wait for one round trip.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        subjects = connection.execute(_STORE, {"rows": json.dumps(rows), "slack": leases.NUDGE_SLACK}).all()
    return [subject.id for subject in subjects if subject.is_idle]


@dataclass(frozen=True)
class Outcome:
    """`name` is kept with the event; `after_commit` may use the network."""

    name: str
    after_commit: Callable[[], None] | None = None


Work = Callable[[DbSession], Outcome]


class AskFirst(MomentError):
    """Raised by work that has found, in its transaction, that the network must be asked: `ask` does so outside any, and
    returns the work that is done then."""

    def __init__(self, ask: Callable[[], Work]) -> None:
        super().__init__("the network is asked first")
        self.ask = ask


class HandledMeanwhile(MomentError):
    """By a process that was taken for dead."""


class EventHandler(Protocol):
    """What one source's events mean."""

    def begin(self, event: InboxEvent) -> Work:
        """Outside any transaction: what must be asked of the network in any case. Returns the work, which is done in the
        transaction that marks the event as handled, and may raise AskFirst."""
        ...

    def give_up(self, db: DbSession, event: InboxEvent) -> None:
        """The event was tried too often: whoever waits for its effect is told."""
        ...


@dataclass(frozen=True)
class Inbox:
    database: Database
    queue: JobQueue
    leases: Leases
    handlers: Mapping[EventSource, EventHandler]

    def handle(self, subject_id: int, *others: int) -> None:
        """Handles all that waits for this subject, unless somebody else is at it. The others get jobs of their own."""
        for other in others:
            self.queue.nudge(Job.HANDLE_EVENTS, other)
        with self.database.transaction() as db:
            lease = self.leases.claim(db, InboxSubject, subject_id)
        if lease is None:
            return
        try:
            with self.leases.hold(lease):
                self._handle_all(lease)
        except LeaseLost as error:
            log.warning("lease lost", lease=str(error))

    def _handle_all(self, lease: Lease) -> None:
        attempt = lease.attempt
        for _ in range(IN_A_ROW):
            if self.leases.stopping.is_set():
                return
            events, arrivals = self._next(lease.row_id)
            if events and not self._settle(lease, events[0], attempt):
                return
            attempt = 1
            if len(events) < 2 and self._let_go(lease, arrivals):
                return
        self._breathe(lease)

    def _breathe(self, lease: Lease) -> None:
        with self.database.transaction() as db:
            try_again(db, lease, "", BREATH, attempts=0)
            enqueue(db, Job.HANDLE_EVENTS, lease.row_id, delay_seconds=BREATH.total_seconds())

    def _settle(self, lease: Lease, event: InboxEvent, attempt: int) -> bool:
        """Whether the subject's next event may follow."""
        if attempt > MAX_ATTEMPTS:  # whoever made the last try died of it
            self._give_up(lease, event, "its handler ended the process that ran it")
            return True
        return self._handle(lease, event, attempt)

    def _next(self, subject_id: int) -> tuple[Sequence[InboxEvent], int]:
        """The oldest event by its sender's clock, and the one after it; how many have come so far."""
        is_subjects = and_(
            col(InboxEvent.source) == InboxSubject.source, col(InboxEvent.subject) == InboxSubject.subject
        )
        statement = (
            select(InboxSubject.arrivals, InboxEvent)
            .outerjoin(InboxEvent, is_subjects & col(InboxEvent.handled_at).is_(None))
            .where(InboxSubject.id == subject_id)
            .order_by(col(InboxEvent.timestamp_ms), col(InboxEvent.id))
            .limit(2)
        )
        with self.database.reads() as db:
            rows = db.exec(statement).all()
        return [event for _, event in rows if event is not None], rows[0][0]

    def _let_go(self, lease: Lease, arrivals: int) -> bool:
        """False when another event has come meanwhile: its sender wakes nobody while we hold the lease. A subject of which
        no event tells any more is forgotten."""
        with self.database.transaction() as db:
            none_came = col(InboxSubject.arrivals) == arrivals
            is_told_of = finish_if(db, lease, none_came, _is_told_of(), attempts=0)
            if is_told_of is False:
                db.execute(delete(InboxSubject).where(col(InboxSubject.id) == lease.row_id))
        return is_told_of is not None

    def _handle(self, lease: Lease, event: InboxEvent, attempt: int) -> bool:
        """Whether the subject's next event may follow."""
        ids = {"event_id": event.id} | ({"request_id": event.request_id} if event.request_id else {})
        with bound_contextvars(**ids):
            return self._try(lease, event, attempt)

    def _try(self, lease: Lease, event: InboxEvent, attempt: int) -> bool:
        start = time.monotonic()
        try:
            outcome = self._work(lease, event, attempt)
        except LeaseLost:
            raise
        except Exception as error:
            if is_outage(error):
                return self._wait_out(lease, event, error)
            # The border of the inbox: a handler's fault must not take the subject's other events with it.
            log.exception(
                "event failed", kind=event.event_type, attempt=attempt, ms=milliseconds_since(start)
            )
            problem = f"{type(error).__name__}: {error}"[:500]
            if attempt >= MAX_ATTEMPTS:
                self._give_up(lease, event, problem)
                return True
            self._try_again(lease, event, problem, RETRY_PAUSE * 2**attempt)
            return False
        if outcome is not None:
            EVENTS.labels(outcome.name).inc()
            log.info(
                "event handled", kind=event.event_type, outcome=outcome.name, ms=milliseconds_since(start)
            )
            _follow_up(outcome)
        return True

    def _work(self, lease: Lease, event: InboxEvent, attempt: int) -> Outcome | None:
        work = self.handlers[event.source].begin(event)
        try:
            return self._do(lease, event, attempt, work)
        except AskFirst as first:
            work = first.ask()
        return self._do(lease, event, attempt, work)

    def _do(self, lease: Lease, event: InboxEvent, attempt: int, work: Work) -> Outcome | None:
        try:
            with self.database.transaction() as db:
                if attempt > 1:
                    _count_anew(db, lease)
                outcome = work(db)
                _mark_handled(db, event, outcome.name)
        except HandledMeanwhile:
            return None
        return outcome

    def _wait_out(self, lease: Lease, event: InboxEvent, error: Exception) -> bool:
        """What the handler asks is away: the event waits for it, and the subject's later ones behind it."""
        problem = f"{type(error).__name__}: {error}"[:500]
        with self.database.transaction() as db:
            pause = wait_out(db, lease, problem, first=RETRY_PAUSE)
            if pause is not None:
                db.get_one(InboxEvent, event.id, with_for_update=True).error = problem
                enqueue(db, Job.HANDLE_EVENTS, lease.row_id, delay_seconds=pause.total_seconds())
        if pause is None:
            self._give_up(lease, event, problem)
            return True
        log.warning("event waits", kind=event.event_type, error=type(error).__name__)
        return False

    def _try_again(self, lease: Lease, event: InboxEvent, problem: str, pause: timedelta) -> None:
        with self.database.transaction() as db:
            db.get_one(InboxEvent, event.id, with_for_update=True).error = problem
            try_again(db, lease, problem, pause)
            enqueue(db, Job.HANDLE_EVENTS, lease.row_id, delay_seconds=pause.total_seconds())

    def _give_up(self, lease: Lease, event: InboxEvent, problem: str) -> None:
        with self.database.transaction() as db:
            row = db.get_one(InboxEvent, event.id, with_for_update=True)
            if row.handled_at is not None:
                return
            _count_anew(db, lease)
            row.error = problem
            self.handlers[event.source].give_up(db, row)
            _mark_handled(db, row, "failed")
        EVENTS.labels("failed").inc()
        log.error("event given up", event_id=event.id, kind=event.event_type)


def _follow_up(outcome: Outcome) -> None:
    if outcome.after_commit is None:
        return
    try:
        outcome.after_commit()
    except Exception:
        log.exception("not done after the event's commit")  # its rows bring back what is owed


def _is_told_of() -> ColumnElement[bool]:
    """Whether an event of the subject is still there, also one that is handled."""
    # One row by its index: an EXISTS may be planned as a look at all events.
    any_event = (
        select(col(InboxEvent.id))
        .where(col(InboxEvent.subject) == InboxSubject.subject, col(InboxEvent.source) == InboxSubject.source)
        .where(col(InboxEvent.subject) != "")
        .limit(1)
        .correlate(InboxSubject)
        .scalar_subquery()
    )
    return or_(col(InboxSubject.subject) == "", any_event.is_not(None))


def _mark_handled(db: DbSession, event: InboxEvent, outcome: str) -> None:
    """Last in its transaction, which goes for nothing where another has handled it. Raises HandledMeanwhile."""
    is_open = col(InboxEvent.id) == event.id, col(InboxEvent.handled_at).is_(None)
    handled = update(InboxEvent).where(*is_open).values(outcome=outcome, handled_at=func.now())
    if db.execute(handled.returning(col(InboxEvent.id))).first() is None:
        raise HandledMeanwhile


def _count_anew(db: DbSession, lease: Lease) -> None:
    """The next event has all its tries."""
    mine = col(InboxSubject.id) == lease.row_id, col(InboxSubject.lease_token) == lease.token
    db.execute(update(InboxSubject).where(*mine).values(attempts=1))
