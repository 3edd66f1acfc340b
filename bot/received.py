"""The learner's own side of the thread, and the media kept until a dish is chosen."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.events import LineEvent
from models.base import utc_now
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.session import CookingSession
from models.user import User
from pipeline.outbox import room_of
from pipeline.queue import Job, enqueue

PLACEHOLDERS = {MessageType.VIDEO: "［動画］", MessageType.AUDIO: "［音声］", MessageType.OTHER: "［その他］"}
# A clip that found no dish in this time is not taken for a cook of much later.
KEPT = timedelta(days=1)


def note(
    db: DbSession,
    user: User,
    event: LineEvent,
    message_type: MessageType,
    *,
    session: CookingSession | None = None,
    room: RoomType = RoomType.COACHING,
) -> Message:
    """Keeps what the learner sent as a row of the room."""
    message = Message(
        chat_room_id=room_of(db, user.id or 0, room).id or 0,
        sender=Sender.USER,
        session_id=session.id if session else None,
        text=event.text or PLACEHOLDERS.get(message_type, PLACEHOLDERS[MessageType.OTHER]),
        meta={
            "type": message_type,
            "session_id": session.id if session else None,
            "event_kind": event.kind.removeprefix("message."),
            "quoted_message_id": event.quoted_message_id,
            "event_at": event.at.isoformat(),
        },
        channel=event.channel,
        reply_token=event.reply_token,
        reply_until=event.reply_until,
        line_message_id=event.message_id,
        quote_token=event.quote_token,
    )
    db.add(message)
    db.flush()
    return message


def keep_for_later(db: DbSession, message: Message) -> None:
    """A video or memo without a dish: fetched now, for LINE's retention promises nothing."""
    enqueue(db, Job.KEEP_MEDIA, message.id or 0)


def unplaced(db: DbSession, user: User, message_type: MessageType) -> Sequence[Message]:
    """The kept videos or memos that no session has taken, the latest first."""
    statement = (
        select(Message)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, Message.sender == Sender.USER)
        .where(col(Message.session_id).is_(None), col(Message.meta)["type"].astext == message_type)
        .where(col(Message.meta)["unsent"].astext.is_(None))
        .where(col(Message.created_at) > utc_now() - KEPT)
        .order_by(col(Message.id).desc())
    )
    return db.exec(statement).all()


def received_message(db: DbSession, user: User, line_message_id: str) -> Message | None:
    statement = (
        select(Message)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, Message.sender == Sender.USER)
        .where(Message.line_message_id == line_message_id)
    )
    return db.exec(statement).first()
