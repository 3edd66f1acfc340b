"""Answers that are known before anybody thinks: to dangers above all, whatever the learner is asked just then."""

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.recognition import intent_of, is_question_alone, safety_intent, sentences_of
from knowledge_base.intents.replies import known_reply
from models.chat import ChatRoom, Message, MessageType, Topic
from models.dish import Dish
from models.session import CookingSession
from models.user import User
from services.drafts import is_no_draft
from services.flags import flag_for_coaches
from services.outbox import queue_answer, queue_message
from services.thread import NOT_LINE, Origin, record_inbound

# Of these a memo is warned even where it asks nothing.
ACTS = EMERGENCIES | {
    Intent.SELF_HARM,
    Intent.VIOLENCE,
    Intent.FISH_BONE,
    Intent.RAW_EATEN,
    Intent.ILLNESS,
    Intent.FORAGED,
    Intent.LEFT_OUT,
}


def answer_at_once(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    text: str,
    intent: Intent,
    origin: Origin = NOT_LINE,
) -> Message:
    """The words are kept, flagged and answered, and are of no cook: whatever was asked for stays asked for."""
    message = record_inbound(db, user, MessageType.QUESTION, text=text, session=session, origin=origin)
    flag_for_coaches(db, user.id, intent, message_id=message.id, session_id=session.id if session else None)
    queue_answer(db, message, known_reply(intent, text, dish=dish_of(db, session)), topic=Topic.DANGER)
    return message


def note_trouble(
    db: DbSession, user: User, session: CookingSession | None, text: str, origin: Origin = NOT_LINE
) -> None:
    """Money went wrong: the words are kept, and a person looks at them."""
    message = record_inbound(db, user, MessageType.TEXT, text=text, session=session, origin=origin)
    session_id = session.id if session else None
    flag_for_coaches(db, user.id, Intent.COMPLAINT, message_id=message.id, session_id=session_id)


def known_answer(db: DbSession, question: Message, words: str, session: CookingSession | None) -> str:
    """What is said to these words whoever the coach is; "" where the coach must think."""
    dish = dish_of(db, session)
    intent = intent_of(words, dish.slug if dish else "")
    if intent is None:
        return ""
    user_id = db.get_one(ChatRoom, question.chat_room_id).user_id
    flag_for_coaches(db, user_id, intent, message_id=question.id, session_id=question.session_id)
    return known_reply(intent, words, dish=dish, last_answer=last_answer(db, question))


def warn_of_memo(db: DbSession, session: CookingSession, text: str, message_id: int | None) -> None:
    """A danger that a memo tells of: said before all else, and flagged."""
    intent = safety_intent(text)
    if intent is None or not (intent in ACTS or is_question_alone(sentences_of(text)[-1])):
        return
    flag_for_coaches(db, session.user_id, intent, message_id=message_id, session_id=session.id)
    words = known_reply(intent, text, dish=dish_of(db, session))
    queue_message(db, session.user_id, MessageType.NOTICE, text=words)


def dish_of(db: DbSession, session: CookingSession | None) -> DishGuide | None:
    return load().dishes.get(db.get_one(Dish, session.dish_id).slug) if session else None


def last_answer(db: DbSession, question: Message) -> str:
    """What the learner was last answered in this room."""
    statement = (
        select(Message.text)
        .where(Message.chat_room_id == question.chat_room_id, col(Message.id) < question.id)
        .where(Message.kind == MessageType.ANSWER, Message.text != "", is_no_draft())
        .order_by(col(Message.id).desc())
    )
    return db.exec(statement.limit(1)).first() or ""
