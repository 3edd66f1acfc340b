"""Events that no webhook brought: what Stripe lists and we do not know is stored as if it had come."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from prometheus_client import Counter
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from jobs.inbox import Row, store_events
from jobs.queue import Job, JobQueue
from logs.logger import get_logger
from models.base import database_now, utc_now
from models.database import Database
from models.inbox import EventSource, InboxEvent
from models.plan import Plan
from models.user import SubscriptionStatus, User
from payments.port import LIVING, Payments, PaymentsError
from services.plan.events import EVENT_TYPES
from services.plan.hints import inbox_row, refresh_row

log = get_logger(__name__)

FOUND = Counter("moment_missed_events", "Events of Stripe's that were found before a webhook brought them")

REACH = timedelta(days=30)  # Stripe lists no older ones (API reference: List all events)
EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)  # an event is listed a little after its time, and clocks differ
BATCH = 100
SILENCE = timedelta(days=1)  # of a plan whose next period should have begun


@dataclass(frozen=True)
class MissedEvents:
    """Several processes may look at once: an event is stored once, whoever finds it."""

    database: Database
    queue: JobQueue
    payments: Payments

    def run(self, stop: threading.Event) -> None:
        """Looks far back at first, then every few minutes from the last look that came to its end, until `stop` is set.
        What keeps it from looking is logged once a look."""
        since = utc_now() - REACH
        while not stop.is_set():
            start = utc_now()
            try:
                self.look(since, stop)
                self.read_again()
                since = start - OVERLAP
            except PaymentsError as error:
                log.warning("missed events not looked for", error=error.explain())
            except Exception:
                log.exception("missed events not looked for")  # whatever it was, the next look is made
            stop.wait(EVERY.total_seconds())

    def look(self, since: datetime, stop: threading.Event | None = None) -> int:
        """Stores and wakes what is not known since then; returns how many. Raises PaymentsError: what it has found till
        then stays, and the same look made again finds the others."""
        count = 0
        events = iter(self.payments.events_since(since, EVENT_TYPES))
        while batch := list(islice(events, BATCH)):
            count += self._take(batch)
            if stop is not None and stop.is_set():
                break
        if count:
            FOUND.inc(count)
            log.info("missed events found", count=count)
        return count

    def read_again(self) -> int:
        """Customers of whom an event was given up, each once an hour until they could be read, and those whose plan lives by
        our rows though nothing was heard of it for a day after its period's end, each once a day; returns how many."""
        with self.database.transaction() as db:
            now = database_now(db)
            unread = db.exec(select(Plan.customer_id).where(col(Plan.unread_since).is_not(None))).all()
            silent = db.exec(_silent_plans(now)).all()
        rows = [refresh_row(each, now, f"{each}:{now:%Y-%m-%dT%H}") for each in unread]
        rows += [refresh_row(each, now, f"{each}:{now:%Y-%m-%d}") for each in silent]
        new = self._unknown(rows)
        if new:
            self.queue.nudge(Job.HANDLE_EVENTS, *store_events(self.database, new))
        return len(new)

    def _take(self, events: Sequence[Mapping[str, Any]]) -> int:
        rows = self._unknown([inbox_row(event) for event in events])
        if rows:
            self.queue.nudge(Job.HANDLE_EVENTS, *store_events(self.database, rows))
        return len(rows)

    def _unknown(self, rows: Sequence[Row]) -> Sequence[Row]:
        ids = [row["event_id"] for row in rows]
        mine = InboxEvent.source == EventSource.STRIPE, col(InboxEvent.event_id).in_(ids)
        with self.database.transaction() as db:
            known = set(db.exec(select(InboxEvent.event_id).where(*mine)))
        return [row for row in rows if row["event_id"] not in known]


def _silent_plans(now: datetime) -> SelectOfScalar[str]:
    """A plan past due is asked for too: how long it may be is counted from what was paid."""
    long_ago = now - SILENCE
    is_doubtful = or_(
        col(Plan.period_end) < long_ago, col(User.subscription_status) == SubscriptionStatus.PAST_DUE
    )
    return (
        select(Plan.customer_id)
        .join(User, col(User.id) == col(Plan.user_id))
        .where(col(User.subscription_status).in_(LIVING), is_doubtful)
        .where(or_(col(Plan.read_at).is_(None), col(Plan.read_at) < long_ago))
    )
