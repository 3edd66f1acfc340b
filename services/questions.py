"""A learner asks, in words or by voice; the answer, which takes a model, comes from the pipeline."""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.chat import Message, MessageType, RoomType, WaitReason, rooms_of
from models.media import Media, MediaKind
from models.rules.entitlement import PAYING
from models.session import CookingSession
from models.user import User
from services import media
from services.bursts import owe_answer
from services.handover import has_coach
from services.thread import NOT_LINE, Origin, record_inbound, retell

# Of one learner: many more than a cook asks, and each takes a model. Who has no plan has one cook to ask about.
QUESTIONS_A_DAY, QUESTIONS_WITHOUT_PLAN = 60, 20


class TooManyQuestions(MomentError):
    """The learner has asked as many as are answered in a day. What they said is kept."""

    words = "too_many_questions"


def ask(
    db: DbSession, user: User, session: CookingSession | None, text: str, origin: Origin = NOT_LINE
) -> Message:
    """`session` is the one the thread is at; the learner may quote another. With what was asked seconds before it, it is
    one question. While a coach has the thread no answer is owed, unless the coach gives it back with the question. Raises
    TooManyQuestions."""
    if has_coach(db, user.id):
        question = record_inbound(db, user, MessageType.QUESTION, text=text, session=session, origin=origin)
        question.waits_for = WaitReason.COACH
        db.add(question)
        return question
    if _has_asked_enough(db, user):
        record_inbound(db, user, MessageType.TEXT, text=text, session=session, origin=origin)
        raise TooManyQuestions(f"learner {user.id}")
    question = record_inbound(db, user, MessageType.QUESTION, text=text, session=session, origin=origin)
    owe_answer(db, question)
    return question


def ask_by_voice(
    db: DbSession, user: User, session: CookingSession | None, origin: Origin = NOT_LINE
) -> Message:
    """Owed an answer as soon as the recording is here. Raises TooManyQuestions."""
    if _has_asked_enough(db, user):
        record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
        raise TooManyQuestions(f"learner {user.id}")
    question = record_inbound(db, user, MessageType.QUESTION, session=session, origin=origin)
    media.receive(db, user, MediaKind.VOICE_QUESTION, message=question, origin=origin)
    return question


def ask_by_file(db: DbSession, user: User, recording: Media) -> None:
    """A file that was found to be a recording when no memo is waited for. Raises TooManyQuestions."""
    if _has_asked_enough(db, user):
        raise TooManyQuestions(f"learner {user.id}")
    retell(db, recording.message_id, MessageType.QUESTION, RoomType.COACHING)
    media.settle_kind(db, recording, None, MediaKind.VOICE_QUESTION)


def _has_asked_enough(db: DbSession, user: User) -> bool:
    """Those that were answered together count once."""
    limit = QUESTIONS_A_DAY if user.subscription_status in PAYING else QUESTIONS_WITHOUT_PLAN
    lately = (
        Message.kind == MessageType.QUESTION,
        col(Message.created_at) > func.now() - timedelta(days=1),
        col(Message.part_of_id).is_(None),
    )
    statement = select(func.count()).where(col(Message.chat_room_id).in_(rooms_of(user.id)), *lately)
    return db.exec(statement).one() >= limit
