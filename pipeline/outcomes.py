"""How a session stops short: a stage or a download given up, and what the learner is told of it."""

from sqlmodel import Session as DbSession
from sqlmodel import select

from models.chat import Message, MessageType
from models.session import CookingSession
from services.outbox import queue_notice
from services.scheduling import parked_stages, write_status

PATIENCE_ATTEMPTS = 3  # that fail until a learner who waits for the text is told that it takes longer
DIED = "the process died in its last attempt"


def give_up(db: DbSession, session: CookingSession, what: str, error: str) -> None:
    """The session has failed until an operator retries it; the learner is told kindly, once."""
    session.pipeline_error = f"{what}: {error}"
    write_status(session, parked_stages(db, session))
    db.add(session)
    if not _was_told(db, session, MessageType.COACHING_FAILED):
        words = "video_failed" if session.coaching_text else "coaching_failed"
        queue_notice(db, session.user_id, words, session_id=session.id, kind=MessageType.COACHING_FAILED)


def say_still_working(db: DbSession, session: CookingSession) -> None:
    """To a learner who waits for the text longer than promised; once a session."""
    if not session.coaching_text and not _was_told(db, session, MessageType.STILL_WORKING):
        queue_notice(
            db, session.user_id, "still_working", session_id=session.id, kind=MessageType.STILL_WORKING
        )


def _was_told(db: DbSession, session: CookingSession, kind: MessageType) -> bool:
    statement = select(Message.id).where(Message.session_id == session.id, Message.kind == kind)
    return db.exec(statement).first() is not None
