"""A learner asks, in words or by voice; the answer, which takes a model, comes from the pipeline."""

from sqlmodel import Session as DbSession

from jobs import leases
from jobs.queue import Job, enqueue
from models.chat import Message, MessageType
from models.media import MediaKind
from models.session import CookingSession
from models.user import User
from services import media
from services.thread import NOT_LINE, Origin, record_inbound


def ask(
    db: DbSession, user: User, session: CookingSession | None, text: str, origin: Origin = NOT_LINE
) -> Message:
    """`session` is the one the thread is at; the learner may quote another."""
    question = record_inbound(db, user, MessageType.QUESTION, text=text, session=session, origin=origin)
    leases.due_now(question)
    db.flush()
    enqueue(db, Job.ANSWER, question.id)
    return question


def ask_by_voice(
    db: DbSession, user: User, session: CookingSession | None, origin: Origin = NOT_LINE
) -> Message:
    """Owed an answer as soon as the recording is here."""
    question = record_inbound(db, user, MessageType.QUESTION, text="［音声］", session=session, origin=origin)
    media.receive(db, user, MediaKind.VOICE_QUESTION, message=question, origin=origin)
    return question
