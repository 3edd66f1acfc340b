"""What a learner's rows tell of the time before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.rules.promise import LAST_SESSIONS
from models.session import CookingSession


def last_coached_at(db: DbSession, session: CookingSession) -> datetime | None:
    """When the learner last got a coaching text before this session (UTC)."""
    statement = (
        select(CookingSession.coaching_text_delivered_at)
        .where(CookingSession.user_id == session.user_id, CookingSession.id != session.id)
        .where(col(CookingSession.coaching_text_delivered_at).is_not(None))
        .order_by(col(CookingSession.coaching_text_delivered_at).desc())
    )
    return db.exec(statement).first()


def sessions_of(db: DbSession, user_id: int) -> Sequence[CookingSession]:
    """All of a learner's sessions, oldest first."""
    return db.exec(
        select(CookingSession).where(CookingSession.user_id == user_id).order_by(col(CookingSession.id))
    ).all()


def waiting_times(db: DbSession) -> list[timedelta]:
    """From the video to the text, for the latest sessions of all learners."""
    statement = (
        select(CookingSession.video_received_at, CookingSession.coaching_text_delivered_at)
        .where(col(CookingSession.coaching_text_delivered_at).is_not(None))
        .where(col(CookingSession.video_received_at).is_not(None))
        .order_by(col(CookingSession.coaching_text_delivered_at).desc())
        .limit(LAST_SESSIONS)
    )
    return [delivered - received for received, delivered in db.exec(statement) if received and delivered]
