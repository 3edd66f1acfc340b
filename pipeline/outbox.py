"""Owing a message: the row is the debt, delivery (a higher room) pays it."""

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.user import User
from pipeline.queue import Job, enqueue
from settings import settings


def room_of(db: DbSession, user_id: int, room_type: RoomType) -> ChatRoom:
    """The learner's room, made at first use."""
    db.execute(insert(ChatRoom).values(user_id=user_id, room_type=room_type).on_conflict_do_nothing())
    return db.exec(select(ChatRoom).where(ChatRoom.user_id == user_id, ChatRoom.room_type == room_type)).one()


def owe(
    db: DbSession,
    user_id: int,
    message_type: MessageType,
    *,
    text: str = "",
    video: str = "",
    sender: Sender = Sender.AI,
    session_id: int | None = None,
    room: RoomType = RoomType.COACHING,
    answers_id: int | None = None,
) -> Message:
    """A message the learner must get, as a push unless a reply can carry it; woken after commit."""
    message = Message(
        chat_room_id=room_of(db, user_id, room).id or 0,
        sender=sender,
        session_id=session_id,
        text=text,
        video_gcs_path=video,
        meta={"type": message_type, "session_id": session_id},
        answers_id=answers_id,
        channel=settings().channel_for(room).name,
        retry_key=uuid4(),
    )
    db.add(message)
    db.flush()
    enqueue(db, Job.DELIVER, message.id or 0)
    return message


def record(
    db: DbSession, user_id: int, message_type: MessageType, *, video: str, session_id: int, room: RoomType
) -> Message:
    """A system message of the room's record. Not owed to LINE: the learner's own bubble is there already."""
    message = Message(
        chat_room_id=room_of(db, user_id, room).id or 0,
        sender=Sender.SYSTEM,
        session_id=session_id,
        video_gcs_path=video,
        meta={"type": message_type, "session_id": session_id},
    )
    db.add(message)
    return message


def wake_owed(db: DbSession, user: User) -> None:
    """Everything owed to the learner, oldest first: they are back, or can be reached again."""
    owed = (
        select(Message.id)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    for message_id in db.exec(owed):
        enqueue(db, Job.DELIVER, message_id or 0)
