"""The learner's own side of the thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import ChatRoom, Message, MessageType, RoomType, Sender, rooms_of
from models.session import CookingSession
from models.user import User
from services.outbox import room_id, room_of

PLACEHOLDERS = {
    MessageType.VIDEO: "［動画］",
    MessageType.AUDIO: "［音声］",
    MessageType.PHOTO: "［写真］",
    MessageType.QUESTION: "［音声］",  # until it is heard
    MessageType.OTHER: "［その他］",
}


@dataclass(frozen=True)
class Origin:
    """How a message came in from LINE, and how it may be answered there. All empty for one from a page or the API."""

    channel: str = ""
    line_message_id: str | None = None
    quote_token: str | None = None
    quoted_message_id: str | None = None
    reply_token: str | None = None
    reply_until: datetime | None = None
    inbox_event_id: int | None = None
    sent_at: datetime | None = None  # by LINE's clock


NOT_LINE = Origin()


def record_inbound(
    db: DbSession,
    user: User,
    kind: MessageType,
    *,
    text: str = "",
    session: CookingSession | None = None,
    room: RoomType = RoomType.COACHING,
    origin: Origin = NOT_LINE,
    facts: Mapping[str, str] | None = None,
) -> Message:
    """Keeps what the learner sent as a row of the room, and `facts` in its metadata."""
    session_id = session.id if session else None
    message = Message(
        chat_room_id=room_id(user.id, room),
        sender=Sender.USER,
        session_id=session_id,
        kind=kind,
        text=text or PLACEHOLDERS.get(kind, PLACEHOLDERS[MessageType.OTHER]),
        meta={"type": kind, "session_id": session_id} | dict(facts or {}),
        channel=origin.channel,
        reply_token=origin.reply_token,
        reply_until=origin.reply_until,
        line_message_id=origin.line_message_id,
        quote_token=origin.quote_token,
        quoted_message_id=origin.quoted_message_id,
        inbox_event_id=origin.inbox_event_id,
    )
    db.add(message)
    db.flush()
    return message


def retell(db: DbSession, message_id: int | None, kind: MessageType, room: RoomType) -> None:
    """What they sent is known only now, and so is the room in which they find it. Its reply was given when it came."""
    message = db.get(Message, message_id) if message_id else None
    if message is None:
        return
    message.chat_room_id = room_of(db, db.get_one(ChatRoom, message.chat_room_id).user_id, room).id
    message.kind, message.text = kind, PLACEHOLDERS[kind]
    message.meta = {**message.meta, "type": kind}
    message.reply_token = None
    db.add(message)
    db.flush()


def last_said(db: DbSession, user_id: int) -> Message | None:
    """What we said to them last, or are about to."""
    ours = col(Message.chat_room_id).in_(rooms_of(user_id)), Message.sender != Sender.USER
    said = select(Message).where(*ours, func.jsonb_typeof(col(Message.line_body)) == "array")
    return db.exec(said.order_by(col(Message.id).desc()).limit(1)).first()


def inbound_message(db: DbSession, user: User, line_message_id: str) -> Message | None:
    """What this learner sent under this id of LINE's."""
    statement = (
        select(Message)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, Message.sender == Sender.USER)
        .where(Message.line_message_id == line_message_id)
    )
    return db.exec(statement).first()
