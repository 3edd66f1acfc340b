"""What must hold whatever happens: each a look at the rows that should find nothing.

Found by a look every minute, of the reconciler's: as metrics and, once each time it appears, in the log; and by the
console's page of the service whenever that is opened. A look reads what is owed or under way, not what there is.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as DbSession

from logs.logger import get_logger
from models.chat import COACHED, OWED
from models.database import Database
from models.session import IS_UNDER_WAY

log = get_logger(__name__)

VIOLATIONS = Gauge("moment_invariant_violations", "Rows of which something does not hold", ["name"])

EVERY = timedelta(minutes=1)
MOST = 100  # of one invariant: more tell no more

# A memo's grace is over soon; a stage that is tried again, or waits for a service that is down, is due.
SESSION_WITHOUT_PROGRESS = f"""
    SELECT session.id, session.user_id FROM session
     WHERE {IS_UNDER_WAY} AND session.updated_at < now() - interval '15 min' AND session.nudge_at IS NULL
       AND NOT EXISTS (SELECT FROM stage_run WHERE session_id = session.id AND due_at IS NOT NULL)
       AND NOT EXISTS (SELECT FROM media
                        WHERE session_id = session.id AND state = 'owed' AND due_at IS NOT NULL)
"""  # noqa: S608 - names of ours
# Not what waits for something that may take days. What is to be sent later, such as a reminder in the morning, is not
# late before that; what was let go after days of waiting has been due since then; and one failed try is no trouble yet.
MESSAGE_OWED_TOO_LONG = f"""
    SELECT message.id, chatroom.user_id FROM message JOIN chatroom ON chatroom.id = message.chat_room_id
     WHERE {OWED} AND CASE waits_for
           WHEN 'quota' THEN false
           WHEN 'unblock' THEN false
           WHEN 'review' THEN due_at < now() - interval '10 min'
           WHEN 'coach' THEN message.created_at < now() - interval '1 min' AND NOT EXISTS (
                SELECT FROM handover WHERE handover.user_id = chatroom.user_id AND returned_at IS NULL)
           WHEN 'earlier_message' THEN message.created_at < now() - interval '1 min' AND NOT EXISTS (
                SELECT FROM message AS earlier
                 WHERE earlier.session_id = message.session_id AND earlier.id < message.id
                   AND earlier.retry_key IS NOT NULL AND earlier.delivered_at IS NULL
                   AND earlier.parked_at IS NULL)
           ELSE message.created_at < now() - interval '10 min' AND (
                due_at IS NULL OR due_at < now() - interval '10 min'
                OR (due_at > now() AND attempts >= 5 AND error <> '')) END
"""  # noqa: S608
EVENT_UNHANDLED = """
    SELECT event.id, coalesce("user".id, plan.user_id) AS user_id FROM inbox_event AS event
      LEFT JOIN "user" ON event.source = 'line' AND "user".line_user_id = event.subject
      LEFT JOIN plan ON event.source = 'stripe' AND plan.customer_id = event.subject
     WHERE event.handled_at IS NULL AND event.received_at < now() - interval '5 min'
"""
TWO_TEXTS_FOR_A_SESSION = f"""
    SELECT DISTINCT session.id, session.user_id FROM message JOIN session ON session.id = message.session_id
     WHERE {COACHED} AND kind = 'coaching_ready' AND delivered_at > now() - interval '1 day'
       AND EXISTS (SELECT FROM message AS other
                    WHERE other.session_id = message.session_id AND other.id <> message.id
                      AND other.kind = 'coaching_ready')
"""  # noqa: S608
# What our rows can tell without asking Stripe: who may cook with no subscription, or long after what was paid; who has
# paid for now and may not; months that are not those that were paid; and a customer who could not be read for hours.
PLAN_UNLIKE_STRIPE = """
    SELECT "user".id, "user".id AS user_id FROM "user" LEFT JOIN plan ON plan.user_id = "user".id
     WHERE (subscription_status <> 'free' OR plan.user_id IS NOT NULL OR months_paid > 0)
       AND leaving_since IS NULL AND (
           (subscription_status IN ('active', 'past_due', 'paused') AND plan.subscription_id IS NULL)
           OR (subscription_status = 'active' AND plan.period_end < now() - interval '2 days')
           OR (subscription_status = 'free' AND EXISTS (
               SELECT FROM paid_period
                WHERE paid_period.user_id = "user".id AND now() BETWEEN starts_at AND ends_at))
           OR months_paid <> (SELECT count(*) FROM paid_period WHERE paid_period.user_id = "user".id)
           OR plan.unread_since < now() - interval '3 hours')
"""
# By the names that metrics and logs have.
INVARIANTS: Mapping[str, str] = {
    "session_without_progress": SESSION_WITHOUT_PROGRESS,
    "message_owed_too_long": MESSAGE_OWED_TOO_LONG,
    "event_unhandled": EVENT_UNHANDLED,
    "two_texts_for_a_session": TWO_TEXTS_FOR_A_SESSION,
    "plan_unlike_stripe": PLAN_UNLIKE_STRIPE,
}
_ALL = text(
    " UNION ALL ".join(
        f"(SELECT '{name}' AS name, * FROM ({sql}) AS {name} ORDER BY id LIMIT {MOST})"  # noqa: S608
        for name, sql in INVARIANTS.items()
    )
)


@dataclass(frozen=True)
class Violation:
    """`row_id`: of the session, message, event or learner. `user_id`: whose it is; None of an event that names nobody
    we know."""

    name: str
    row_id: int
    user_id: int | None


def violations(db: DbSession) -> Sequence[Violation]:
    """One statement."""
    return [Violation(*row) for row in db.execute(_ALL)]


@dataclass
class InvariantWatch:
    """Looks once a minute. Several processes may; each tells what it has found."""

    database: Database
    _known: frozenset[Violation] = frozenset()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            self.look()
            stop.wait(EVERY.total_seconds())

    def look(self) -> None:
        """What could not be looked at is not told to hold."""
        try:
            with self.database.reads() as db:
                found = violations(db)
        except SQLAlchemyError as error:
            VIOLATIONS.clear()
            log.warning("invariants not looked at", exc_info=error)
            return
        counts = Counter(each.name for each in found)
        for name in INVARIANTS:
            VIOLATIONS.labels(name).set(counts[name])
        self._tell(found)

    def _tell(self, found: Sequence[Violation]) -> None:
        """Of each once, for as long as it stays."""
        new: defaultdict[str, list[int]] = defaultdict(list)
        for each in found:
            if each not in self._known:
                new[each.name].append(each.row_id)
        for name, ids in new.items():
            log.error("invariant violated", invariant=name, ids=ids)
        self._known = frozenset(found)
