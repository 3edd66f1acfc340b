"""What a learner finds in a room, and what they say there from a page or a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base.intents.recognition import safety_intent
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.rules.history import latest_session
from models.session import CookingSession
from models.user import User
from services import questions
from services.drafts import is_no_draft
from services.replying import answer_at_once


class RoomWithoutWords(MomentError):
    """Questions are asked in the other room."""

    words = "web.room_without_words"


@dataclass(frozen=True)
class RoomOfLearner:
    room_type: RoomType
    last_message_at: datetime | None


@dataclass(frozen=True)
class SeenMessage:
    """`video_key` is "" where there is none, or none any more."""

    message: Message
    video_key: str


def rooms(db: DbSession, user_id: int) -> Sequence[RoomOfLearner]:
    """Both, whether something was said in them or not."""
    last = select(ChatRoom.room_type, func.max(Message.created_at))
    mine = last.join(Message, col(Message.chat_room_id) == col(ChatRoom.id)).where(
        ChatRoom.user_id == user_id, _is_seen()
    )
    times = dict(db.exec(mine.group_by(col(ChatRoom.room_type))).all())
    return [RoomOfLearner(room, times.get(room)) for room in RoomType]


def newest_messages(
    db: DbSession, user_id: int, room: RoomType, count: int, *, before: int | None = None
) -> Sequence[SeenMessage]:
    """Newest first; nothing that the learner took back, nor what they were spared. `before` is a message's id."""
    statement = (
        select(
            Message,
            CookingSession.raw_video_url,
            CookingSession.coaching_video_gcs_path,
            CookingSession.film_gcs_path,
        )
        .join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        .outerjoin(CookingSession, col(CookingSession.id) == col(Message.session_id))
        .where(ChatRoom.user_id == user_id, ChatRoom.room_type == room, _is_seen())
        .order_by(col(Message.id).desc())
        .limit(count)
    )
    if before is not None:
        statement = statement.where(col(Message.id) < before)
    return [SeenMessage(message, _film(message, paths)) for message, *paths in db.exec(statement)]


def _film(message: Message, paths: Sequence[str]) -> str:
    """Footage that was taken back is no session's any more; what a coach shows on it leaves its message then."""
    is_there = message.kind is MessageType.COACH or message.video_gcs_path in paths
    return message.video_gcs_path if is_there else ""


def say(db: DbSession, user: User, room: RoomType, text: str) -> Message:
    """A question, as from the chat: a danger is answered before anybody thinks. The answer is owed as a message like any
    other. Raises RoomWithoutWords, TooManyQuestions."""
    if room is not RoomType.COACHING:
        raise RoomWithoutWords(room)
    session = latest_session(db, user.id)
    danger = safety_intent(text)
    if danger is not None:
        return answer_at_once(db, user, session, text, danger)
    return questions.ask(db, user, session, text)


def _is_seen() -> ColumnElement[bool]:
    """Ours is what is or was owed: what a later answer overtook is not, and was never shown."""
    is_theirs = col(Message.sender) == Sender.USER
    is_footage = col(Message.kind) == MessageType.COOKING_VIDEO
    is_said = or_(is_theirs, is_footage, col(Message.retry_key).is_not(None))
    return col(Message.unsent_at).is_(None) & is_said & is_no_draft()
