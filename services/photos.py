"""Photos that a learner sends: several within seconds get one answer."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.base import database_now
from models.chat import Message, MessageType, Sender, rooms_of
from models.session import CookingSession
from models.user import User
from services.thread import NOT_LINE, Origin, record_inbound

TOGETHER = timedelta(seconds=5)  # from one to the next, where LINE tells of no album
ALBUM_LIFE = timedelta(days=1)  # LINE may redeliver a part of it late
MOST = 100  # photos to look back at


def take_photo(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    origin: Origin = NOT_LINE,
    *,
    album_id: str = "",
) -> bool:
    """False where one that came with it was answered: its own reply is not needed."""
    is_first = not _was_answered(db, user, album_id)
    # A later reply token would say that the answer to the first is overtaken.
    origin = origin if is_first else replace(origin, reply_token=None, reply_until=None)
    facts = {"album": album_id} if album_id else None
    record_inbound(db, user, MessageType.PHOTO, session=session, origin=origin, facts=facts)
    return is_first


def _was_answered(db: DbSession, user: User, album_id: str) -> bool:
    """One of the same album, or one seconds ago after which nothing else was said to the learner."""
    now = database_now(db)
    theirs = col(Message.chat_room_id).in_(rooms_of(user.id)), Message.kind == MessageType.PHOTO
    lately = select(Message).where(*theirs, col(Message.created_at) > now - ALBUM_LIFE)
    photos = db.exec(lately.order_by(col(Message.id).desc()).limit(MOST)).all()
    if album_id and any(photo.meta.get("album") == album_id for photo in photos):
        return True
    if not photos or photos[0].created_at <= now - TOGETHER:
        return False
    answered = next((photo for photo in photos if photo.reply_token is not None), None)
    return answered is not None and _count_answers_since(db, user, answered) <= 1


def _count_answers_since(db: DbSession, user: User, first: Message) -> int:
    """Of handlers, its own among them."""
    statement = select(func.count()).where(
        col(Message.chat_room_id).in_(rooms_of(user.id)),
        col(Message.id) > first.id,
        Message.sender != Sender.USER,
        col(Message.reply_token).is_not(None),
    )
    return db.exec(statement).one()
