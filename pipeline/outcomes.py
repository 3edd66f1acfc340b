"""How work stops short or takes long, and what the learner is told of it."""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs.leases import LONGEST_OUTAGE, LONGEST_PAUSE
from knowledge_base import phrasebook
from models.base import database_now
from models.chat import ChatRoom, Message, MessageType
from models.session import CookingSession
from services.outbox import queue_notice
from services.scheduling import parked_stages, write_status

PATIENCE_ATTEMPTS = 3  # that fail until a learner who waits for the text is told that it takes longer
LONG_MEMO_SECONDS = 180.0  # a model on the CPU then hears longer than all else takes
TELL_AFTER = timedelta(minutes=1)  # of an outage
FETCH_VIDEO = "fetch_video"
DIED = "the process died in its last attempt"


def is_final(error: Exception, attempt: int, max_attempts: int) -> bool:
    """Whether another try is no use, or was the last; an outage is not asked about."""
    if not isinstance(error, MomentError):
        return attempt >= max_attempts
    return not error.retryable or attempt >= min(error.most_tries or max_attempts, max_attempts)


def give_up(db: DbSession, session: CookingSession, what: str, error: str) -> None:
    """The session has failed until an operator retries it or the learner cooks again; they are told kindly, once."""
    session.pipeline_error = f"{what}: {error}"
    write_status(session, parked_stages(db, session))
    db.add(session)
    if not _was_told(db, session, MessageType.COACHING_FAILED):
        words = "video_failed" if session.coaching_text else "coaching_failed"
        if what == FETCH_VIDEO:  # nothing of it is here
            words = "video_not_fetched"
        queue_notice(db, session.user_id, words, session_id=session.id, kind=MessageType.COACHING_FAILED)


def say_still_working(db: DbSession, session: CookingSession) -> None:
    """To a learner who waits for the text longer than promised; once a session."""
    if not session.coaching_text and not _was_told(db, session, MessageType.STILL_WORKING):
        queue_notice(
            db, session.user_id, "still_working", session_id=session.id, kind=MessageType.STILL_WORKING
        )


def say_memo_takes_longer(db: DbSession, session: CookingSession, seconds: float) -> None:
    """To a learner who has spoken for long, as soon as that is known; once a session, however often they speak again."""
    if seconds < LONG_MEMO_SECONDS or session.coaching_text:
        return
    words = phrasebook.phrase("memo_takes_longer")
    told = select(Message.id).where(Message.session_id == session.id, Message.text == words)
    if db.exec(told).first() is None:
        queue_notice(db, session.user_id, "memo_takes_longer", session_id=session.id)


def say_waiting_out(db: DbSession, session: CookingSession, away: timedelta) -> None:
    """To a learner whose text or video waits for a service that is `away`: once a session, with the time by which
    they hear more."""
    if away < TELL_AFTER or _was_told(db, session, MessageType.STILL_WORKING):
        return
    kind, latest = MessageType.STILL_WORKING, _latest(db, away)
    queue_notice(db, session.user_id, "waiting_out", session_id=session.id, kind=kind, latest=latest)


def say_answer_waits(db: DbSession, user_id: int, away: timedelta) -> None:
    """As `say_waiting_out`, for questions: once an outage, however many wait."""
    if away < TELL_AFTER:
        return
    since = Message.kind == MessageType.STILL_WORKING, col(Message.created_at) > func.now() - LONGEST_OUTAGE
    of_user = select(Message.id).join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
    told = of_user.where(ChatRoom.user_id == user_id, col(Message.session_id).is_(None), *since)
    if db.exec(told).first() is None:
        queue_notice(db, user_id, "answer_waits", kind=MessageType.STILL_WORKING, latest=_latest(db, away))


def _latest(db: DbSession, away: timedelta) -> str:
    now = database_now(db)
    return phrasebook.hour_by(now + LONGEST_OUTAGE - away + LONGEST_PAUSE, now)


def _was_told(db: DbSession, session: CookingSession, kind: MessageType) -> bool:
    statement = select(Message.id).where(Message.session_id == session.id, Message.kind == kind)
    return db.exec(statement).first() is not None
