"""A coach has a learner left in peace: no reminder reaches them until a day, or until a coach ends the pause.

Whoever ends it, or the day itself, has it looked at again whether they are away; the learner's own switch stays as it is.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.base import JAPAN, database_now
from models.reminder import ReminderPause
from models.user import User
from services.coaches import audit


class DayUnfit(MomentError):
    """The last day of a pause is over already, or years away."""

    words = "console.day_unfit"


LONGEST = timedelta(days=366)


def pause_in_force(db: DbSession, user_id: int) -> ReminderPause | None:
    is_on = or_(col(ReminderPause.until).is_(None), col(ReminderPause.until) > func.now())
    return db.exec(select(ReminderPause).where(ReminderPause.user_id == user_id, is_on)).first()


def pause_reminders(db: DbSession, user: User, coach_id: int, last_day: date | None) -> None:
    """In place of an earlier pause. `last_day` in Japan; None: without an end. Raises DayUnfit."""
    until = _end_of(db, last_day) if last_day is not None else None
    row = insert(ReminderPause).values(user_id=user.id, coach_id=coach_id, until=until)
    anew = {"coach_id": coach_id, "until": until, "created_at": func.now()}
    db.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=anew))
    if until is not None:
        _look_at(user, until)
    db.add(user)
    audit(
        db,
        coach_id,
        "reminders.pause",
        user_id=user.id,
        last_day=last_day.isoformat() if last_day is not None else None,
    )


def resume_reminders(db: DbSession, user: User, coach_id: int) -> None:
    """Where there is no pause nothing is done."""
    if db.exec(delete(ReminderPause).where(col(ReminderPause.user_id) == user.id)).rowcount:
        _look_at(user, database_now(db))
        db.add(user)
        audit(db, coach_id, "reminders.resume", user_id=user.id)


def _look_at(user: User, moment: datetime) -> None:
    """Who was looked at in the pause waits for no look any more."""
    was_reminded = user.reminded_at is not None and user.reminded_at >= (user.heard_at or user.created_at)
    if user.remind_at is None and user.reminders_off_since is None and not was_reminded:
        user.remind_at = moment


def _end_of(db: DbSession, day: date) -> datetime:
    """Raises DayUnfit."""
    end = datetime.combine(day, time(), JAPAN) + timedelta(days=1)
    if not timedelta() < end - database_now(db) < LONGEST:
        raise DayUnfit(day.isoformat())
    return end
