"""Looks for learners who are away and owes each their one reminder. Several processes may look at once."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Counter
from sqlalchemy import Update, func
from sqlmodel import Session as DbSession
from sqlmodel import col, select, update

from logs.logger import get_logger
from models.base import database_now
from models.database import Database
from models.rules.absence import LOOK_AGAIN, daytime, next_look
from models.user import User
from services.reminder_pause import pause_in_force
from services.reminders import heard_at, is_under_way, remind, reminder_for

log = get_logger(__name__)

REMINDED = Counter("moment_reminders", "Learners who were away and are owed a reminder")

EVERY = timedelta(minutes=5)
BATCH = 100


@dataclass(frozen=True)
class Absences:
    database: Database

    def run(self, stop: threading.Event) -> None:
        """A look every few minutes until `stop` is set. By night nobody is looked at: they wait for the morning."""
        while not stop.is_set():
            try:
                self.look(stop)
            except Exception:
                log.exception("absences not looked for")  # whatever it was, the next look is made
            stop.wait(EVERY.total_seconds())

    def look(self, stop: threading.Event | None = None) -> int:
        """Returns how many were reminded."""
        count = 0
        while stop is None or not stop.is_set():
            user_ids = self._take_due()
            count += sum(self._look_at(user_id) for user_id in user_ids)
            if len(user_ids) < BATCH:
                break
        if count:
            REMINDED.inc(count)
            log.info("learners reminded", count=count)
        return count

    def _take_due(self) -> list[int]:
        """The next batch, which nobody else looks at: one whose look fails comes up again a day later."""
        with self.database.transaction() as db:
            now = database_now(db)
            if daytime(now) != now:
                return []
            return list(db.execute(_taking()).scalars())

    def _look_at(self, user_id: int) -> bool:
        try:
            with self.database.transaction() as db:
                user = db.get(User, user_id, with_for_update=True)
                now = database_now(db)
                if user is None or user.remind_at is None or user.remind_at > now + LOOK_AGAIN:
                    return False  # they did something meanwhile
                reminder = reminder_for(db, user, now)
                if reminder is not None:
                    remind(db, user, reminder, now)
                    return True
                user.remind_at = _next_look(db, user, now)
                db.add(user)
        except Exception:
            log.exception("learner not looked at", user_id=user_id)
        return False


def _next_look(db: DbSession, user: User, now: datetime) -> datetime | None:
    pause = pause_in_force(db, user.id)
    if pause is not None:
        return pause.until  # None: whoever ends the pause has them looked at
    return next_look(user, heard_at(db, user), now, is_busy=is_under_way(db, user))


def _taking() -> Update:
    due = (
        select(User.id)
        .where(col(User.remind_at) <= func.now())
        .order_by(col(User.remind_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    taking = update(User).where(col(User.id).in_(due)).values(remind_at=func.now() + LOOK_AGAIN)
    return taking.returning(col(User.id)).execution_options(synchronize_session=False)
