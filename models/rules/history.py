"""What a learner's rows tell of the time before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.rules.promise import LAST_SESSIONS
from models.session import CookingSession, StageRun

COACHING_STAGE = "coach_text"  # the stage that writes the text, by its name in the pipeline above


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
    """From the video to the written text, for the latest sessions of all learners.

    Not to its delivery: what waited for a blocked learner or for the quota says nothing of our speed.
    """
    statement = (
        select(CookingSession.video_received_at, StageRun.finished_at)
        .join(StageRun, col(StageRun.session_id) == col(CookingSession.id))
        .where(StageRun.stage == COACHING_STAGE, col(StageRun.finished_at).is_not(None))
        .where(col(CookingSession.video_received_at).is_not(None))
        .order_by(col(StageRun.finished_at).desc())
        .limit(LAST_SESSIONS)
    )
    return [written - received for received, written in db.exec(statement) if received and written]
