"""Photos that a learner sends: kept with their cook, and answered once where several come together."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.clip_talk import MOST_PHOTOS
from models.base import database_now
from models.chat import Message, MessageType, Sender, rooms_of
from models.media import MediaKind
from models.rules.next_step import BEFORE_TEXT, Ask, next_step
from models.session import CookingSession
from models.user import User
from services import media
from services.thread import NOT_LINE, Origin, record_inbound

TOGETHER = timedelta(seconds=5)  # from one to the next, where LINE tells of no album
ALBUM_LIFE = timedelta(days=1)  # LINE may redeliver a part of it late
LATELY = timedelta(days=1)  # after that a photo is hardly of this cook
MOST = 100  # photos to look back at


@dataclass(frozen=True)
class Taken:
    is_first: bool  # False: one that came with it was answered, and its own reply is not needed
    has_cook: bool
    room: int  # for how many photos, this one among them; 0: it is not kept


def take_photo(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    origin: Origin = NOT_LINE,
    *,
    album_id: str = "",
    is_here: bool = True,
) -> Taken:
    """Kept with the cook it is of, as long as there is room. `is_here`: LINE has it for us."""
    is_first = not _was_answered(db, user, album_id)
    cook = _cook_of_photo(db, session)
    room = MOST_PHOTOS - len(cook.photos) if cook is not None and is_here else 0
    # A later reply token would say that the answer to the first is overtaken.
    origin = origin if is_first else replace(origin, reply_token=None, reply_until=None)
    facts = {"album": album_id} if album_id else None
    message = record_inbound(db, user, MessageType.PHOTO, session=cook, origin=origin, facts=facts)
    if cook is not None and room > 0:
        media.receive(db, user, MediaKind.PHOTO, session=cook, message=message, origin=origin)
    return Taken(is_first, cook is not None, max(room, 0))


def _cook_of_photo(db: DbSession, session: CookingSession | None) -> CookingSession | None:
    """The one that is under way, or was coached lately."""
    if session is None:
        return None
    step = next_step(session)
    if step.ask in BEFORE_TEXT:
        return session
    coached_at = session.coaching_text_delivered_at or session.created_at
    is_coached = step.ask in (Ask.WAIT_FOR_VIDEO, Ask.COOK_AGAIN)
    return session if is_coached and coached_at > database_now(db) - LATELY else None


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
