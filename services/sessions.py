"""A learner's own sessions, to be looked at: whose a session is, is asked in the query that reads it."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy.orm import defer
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.base import database_now
from models.rules.history import rendering_times, waiting_times
from models.rules.progress import Estimates, Progress, progress
from models.rules.promise import text_promise
from models.session import CookingSession, StageRun

# What a look at the progress does not need: most of a row's bytes.
_LARGE = (
    CookingSession.video_analysis,
    CookingSession.retrieved_principles,
    CookingSession.narration_script,
    CookingSession.structured_input,
)
_WITHOUT_LARGE = tuple(defer(col(column), raiseload=True) for column in _LARGE)  # type: ignore[arg-type]


class NoSuchSession(MomentError):
    """None has this id, or it is another learner's: who asks is not told which."""

    words = "web.not_found"


def own_session(db: DbSession, user_id: int, session_id: int, *, lock: bool = False) -> CookingSession:
    """With `lock` no stage that finishes meanwhile overwrites what is changed in it. Raises NoSuchSession."""
    mine = select(CookingSession).where(CookingSession.id == session_id, CookingSession.user_id == user_id)
    session = db.exec(mine.with_for_update() if lock else mine).first()
    if session is None:
        raise NoSuchSession(f"session {session_id} of learner {user_id}")
    return session


def estimates(db: DbSession, promise: timedelta) -> Estimates:
    """`promise` is what we say of the text until there are sessions to measure; of the video nothing is said until then."""
    rendering = rendering_times(db)
    video = text_promise(rendering, timedelta()) if rendering else None
    return Estimates(text_promise(waiting_times(db), promise), video)


def progress_of(
    db: DbSession, sessions: Collection[CookingSession], told: Estimates
) -> Mapping[int, Progress]:
    """How far each has come, by its id. One query, and one for the clock."""
    by_session: dict[int, dict[str, StageRun]] = {session.id: {} for session in sessions}
    for run in db.exec(select(StageRun).where(col(StageRun.session_id).in_(by_session))):
        by_session[run.session_id][run.stage] = run
    now = database_now(db)
    return {session.id: progress(session, by_session[session.id], now, told) for session in sessions}


def progress_by_id(db: DbSession, session_ids: Collection[int], told: Estimates) -> Mapping[int, Progress]:
    """For those who were shown to be their owners' before. One that is gone is left out. Four queries for any number."""
    watched = select(CookingSession).where(col(CookingSession.id).in_(session_ids)).options(*_WITHOUT_LARGE)
    return progress_of(db, db.exec(watched).all(), told)
