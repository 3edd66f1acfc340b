"""Owing a message: the row is the debt, which the bot pays. What is owed is a kind and its data; words come from the
phrasebook, bubbles from the bot."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base import phrasebook
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender, Topic, WaitReason, rooms_of
from models.coaching import CoachingText
from models.session import CookingSession
from models.user import User

# Of a notice that answers no event. They were just asked for a memo or a mark: most do something sooner.
PATIENCE = timedelta(seconds=20)
# Of one that tells what they know, such as that what they took back is gone: most send another.
CALM = timedelta(minutes=2)


def room_id(user_id: int, room_type: RoomType) -> Any:
    """Of a room that came with its learner: read by the statement that stores what is said in it."""
    return select(ChatRoom.id).where(_is_room(user_id, room_type)).scalar_subquery()


def room_of(db: DbSession, user_id: int, room_type: RoomType) -> ChatRoom:
    """The learner's room, made at first use."""
    statement = select(ChatRoom).where(_is_room(user_id, room_type))
    room = db.exec(statement).first()
    if room is None:
        db.execute(insert(ChatRoom).values(user_id=user_id, room_type=room_type).on_conflict_do_nothing())
        room = db.exec(statement).one()
    return room


def queue_message(
    db: DbSession,
    user_id: int,
    kind: MessageType,
    *,
    text: str = "",
    video: str = "",
    sender: Sender = Sender.AI,
    session_id: int | None = None,
    room: RoomType = RoomType.COACHING,
    topic: Topic | None = None,
    facts: Mapping[str, str] | None = None,
    patience: timedelta = timedelta(),
    **columns: Any,
) -> Message:
    """A message the learner must get, as a push unless a reply can carry it; its delivery is woken after commit, or
    when nothing has carried it for as long as its `patience`. `facts` are kept in its metadata; `columns` are others of
    the row's, such as a reply token."""
    message = new_message(
        user_id,
        kind,
        text=text,
        video=video,
        sender=sender,
        session_id=session_id,
        room=room,
        topic=topic,
        facts=facts,
        **columns,
    )
    owe(db, message, patience)
    enqueue(db, Job.DELIVER, message.id, delay_seconds=patience.total_seconds())
    return message


def owe(db: DbSession, message: Message, patience: timedelta = timedelta()) -> Message:
    """Stores one that is not stored yet, for a caller that delivers it itself; should it die before that, the reconciler
    does."""
    leases.due_now(message, after=patience)
    db.add(message)
    db.flush()
    return message


def new_message(
    user_id: int,
    kind: MessageType,
    *,
    text: str = "",
    video: str = "",
    sender: Sender = Sender.SYSTEM,
    session_id: int | None = None,
    room: RoomType = RoomType.COACHING,
    topic: Topic | None = None,
    facts: Mapping[str, str] | None = None,
    **columns: Any,
) -> Message:
    """Not stored yet, and not due."""
    return Message(
        chat_room_id=room_id(user_id, room),
        sender=sender,
        session_id=session_id,
        kind=kind,
        text=text,
        video_gcs_path=video,
        meta={"type": kind, "session_id": session_id}
        | ({"topic": topic} if topic else {})
        | dict(facts or {}),
        retry_key=uuid4(),
        **columns,
    )


def queue_notice(
    db: DbSession,
    user_id: int,
    words: str,
    *,
    session_id: int | None = None,
    kind: MessageType = MessageType.NOTICE,
    patience: timedelta | None = None,
    **facts: str,
) -> Message:
    """`words` is a key of the phrasebook, `facts` are what those words name. A push is saved where the learner does
    something within its `patience`: the reply to that carries it (bot/owed.py)."""
    text = phrasebook.phrase(words, **facts)
    if kind != MessageType.NOTICE:
        patience = timedelta()
    return queue_message(
        db,
        user_id,
        kind,
        text=text,
        sender=Sender.SYSTEM,
        session_id=session_id,
        patience=PATIENCE if patience is None else patience,
    )


def queue_coaching_text(db: DbSession, session: CookingSession, pause: timedelta = timedelta()) -> Message:
    """`pause`: for so long a coach may look at it."""
    coaching = CoachingText.model_validate(session.coaching_text)
    return queue_message(
        db,
        session.user_id,
        MessageType.COACHING_READY,
        text=phrasebook.coaching_text(coaching, session.session_number),
        session_id=session.id,
        patience=pause,
        waits_for=WaitReason.REVIEW if pause else None,
    )


def queue_coaching_video(db: DbSession, session: CookingSession) -> Message:
    """After the first: one that was made from words that a coach has corrected."""
    kind = MessageType.COACHING_VIDEO
    of_session = select(Message.id).where(Message.session_id == session.id, Message.kind == kind)
    if session.videos_begun > 1 and db.exec(of_session).first() is not None:
        kind = MessageType.COACHING_VIDEO_CORRECTED
    return queue_message(
        db,
        session.user_id,
        kind,
        video=session.coaching_video_gcs_path,
        session_id=session.id,
    )


def queue_answer(
    db: DbSession,
    question: Message,
    text: str,
    *,
    speech_ms: int | None = None,
    topic: Topic | None = None,
) -> Message:
    """By the question's own reply token while it lives, and quoting it. `speech_ms`: it is spoken too."""
    room = db.get_one(ChatRoom, question.chat_room_id)
    return queue_message(
        db,
        room.user_id,
        MessageType.ANSWER,
        text=text,
        session_id=question.session_id,
        topic=topic,
        answers_id=question.id,
        speech_ms=speech_ms,
        channel=question.channel,
        reply_token=question.reply_token,
        reply_until=question.reply_until,
    )


def record_cooking_video(db: DbSession, session: CookingSession) -> None:
    """For the "Cooking Videos" room, where a cook stands once. Not owed to LINE: the learner's own bubble is there already."""
    message = insert(Message).values(
        chat_room_id=room_id(session.user_id, RoomType.COOKING_VIDEOS),
        sender=Sender.SYSTEM,
        session_id=session.id,
        kind=MessageType.COOKING_VIDEO,
        video_gcs_path=session.raw_video_url,
        meta={"type": MessageType.COOKING_VIDEO, "session_id": session.id},
    )
    db.execute(message.on_conflict_do_nothing())


def release_owed(db: DbSession, user: User) -> None:
    """Everything owed to the learner, oldest first: they are back, or can be reached again."""
    owed = (
        col(Message.chat_room_id).in_(rooms_of(user.id)),
        col(Message.retry_key).is_not(None),
        col(Message.delivered_at).is_(None),
        col(Message.parked_at).is_(None),
        col(Message.waits_for).is_distinct_from(WaitReason.REVIEW),
    )
    leases.make_due(db, Message, *owed, waits_for=None)
    for message_id in db.exec(select(Message.id).where(*owed).order_by(col(Message.id))):
        enqueue(db, Job.DELIVER, message_id)


def wake_next(db: DbSession, session_id: int | None, message_id: int) -> None:
    """What waited for this message of its session, which is sent or will never be."""
    if session_id is None:
        return
    db.flush()
    hold_order(db, session_id)
    waiting = (
        select(Message.id)
        .where(Message.session_id == session_id, col(Message.id) > message_id)
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    next_id = db.exec(waiting).first()
    if next_id is not None:
        waits_for_us = Message.waits_for == WaitReason.EARLIER_MESSAGE
        leases.make_due(db, Message, col(Message.id) == next_id, waits_for_us, waits_for=None)  # type: ignore[arg-type]
        enqueue(db, Job.DELIVER, next_id)


def hold_order(db: DbSession, session_id: int) -> None:
    """Until this transaction ends, nobody else begins to wait for a message of the session, or settles one that others
    may wait for."""
    db.execute(select(func.pg_advisory_xact_lock(func.hashtext("message order"), session_id)))


def was_said(db: DbSession, user: User, topic: Topic) -> bool:
    """Whether they were ever told something about this."""
    about = col(Message.meta)["topic"].astext == topic
    mine = select(Message.id).where(col(Message.chat_room_id).in_(rooms_of(user.id)), about)
    return db.exec(mine.limit(1)).first() is not None


def _is_room(user_id: int, room_type: RoomType) -> ColumnElement[bool]:
    return and_(col(ChatRoom.user_id) == user_id, col(ChatRoom.room_type) == room_type)
