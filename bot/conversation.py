"""One learner's events, one at a time in the order LINE stamped them; other learners in parallel."""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.delivery import deliver_reply
from bot.events import LineEvent, read_event
from bot.handlers import router
from bot.line import LineError, line_client
from bot.names import called
from bot.rendering import signed
from bot.router import Context
from bot.say.bubbles import Say
from knowledge_base import copy
from models.base import utc_now
from models.chat import Message, MessageType, RoomType, Sender
from models.database import engine, transaction
from models.inbox import EventSource, InboxEvent
from models.rules.next_step import next_step
from models.session import CookingSession
from models.user import User
from pipeline.outbox import owe, room_of, wake_owed
from pipeline.queue import Job, enqueue, nudge
from settings import settings

log = logging.getLogger(__name__)

LOCK_SPACE = 730_211_002  # the first half of the advisory locks that keep a learner's events apart
RETRY_PAUSE = timedelta(seconds=0.5)  # doubled with each try: the learner's later events wait for it
MAX_ATTEMPTS = 5


def handle_events(line_user_id: str, *others: str) -> None:
    """Handles all that waits for this learner, unless somebody else is at it. The others get jobs of their own.

    Who holds the lock looks once more after letting go, so an event stored meanwhile is never left.
    """
    for other in others:
        nudge(Job.HANDLE_EVENTS, other)
    while True:
        with _alone_with(line_user_id) as mine:
            if not mine:
                return
            while (event_id := _oldest(line_user_id)) is not None:
                _handle(event_id)
        if _oldest(line_user_id) is None:
            return


@contextmanager
def _alone_with(line_user_id: str) -> Iterator[bool]:
    """A lock in the database, so it also holds between processes and dies with its holder."""
    key = zlib.crc32(line_user_id.encode()) - 2**31
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        pair = {"space": LOCK_SPACE, "key": key}
        mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, :key)"), pair))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:space, :key)"), pair)


def _oldest(line_user_id: str) -> int | None:
    """The next event, or None when there is none or it waits for its next try: none overtakes it."""
    statement = (
        select(InboxEvent)
        .where(InboxEvent.source == EventSource.LINE, InboxEvent.line_user_id == line_user_id)
        .where(col(InboxEvent.handled_at).is_(None))
        .order_by(col(InboxEvent.timestamp_ms), col(InboxEvent.id))
        .limit(1)
    )
    with transaction() as db:
        event = db.exec(statement).first()
    if event is None or (event.not_before is not None and event.not_before > utc_now()):
        return None
    return event.id


def _handle(event_id: int) -> None:
    try:
        with transaction() as db:
            row = db.get_one(InboxEvent, event_id, with_for_update=True)
            if row.handled_at is not None:
                return
            reply_id = _route(db, row)
    except Exception as error:
        # The border of the conversation: a handler's fault must not take the learner's other events with it.
        log.exception("event %s failed", event_id)
        _failed(event_id, error)
        return
    if reply_id is not None:
        deliver_reply(reply_id)


def _route(db: DbSession, row: InboxEvent) -> int | None:
    """Handles the event and marks it so, in one transaction; returns the message to send."""
    event = read_event(row)
    row.handled_at = utc_now()
    db.add(row)
    if event.standby or not event.one_to_one or not event.user_id:
        row.outcome = "standby" if event.standby else "unhandled"
        return None
    user = ensure_user(db, event)
    if user.blocked_at is not None and event.reply_token and event.kind != "follow":
        # Who writes to us has not blocked us: an unfollow came late. (LINE: order is not guaranteed.)
        user.blocked_at = None
        db.add(user)
        wake_owed(db, user)
    session = latest_session(db, user)
    context = Context(event, db, user, session, next_step(session), utc_now())
    handled = router.route(context)
    if handled is None:
        row.outcome = "unhandled"
        log.warning("no handler for a %s event (inbox %s)", event.kind, row.id)
        return None
    row.outcome, said = handled
    return _answer(db, user, event, said).id if said is not None else None


def ensure_user(db: DbSession, event: LineEvent) -> User:
    """The learner's row; made here even when their follow event never came."""
    statement = select(User).where(User.line_user_id == event.user_id)
    user = db.exec(statement).first()
    if user is not None:
        if user.first_name == copy.NAMELESS and event.kind == "follow":
            user.first_name = _first_name(event)  # LINE would not tell it the last time
            db.add(user)
        return user
    values = {"line_user_id": event.user_id, "first_name": _first_name(event)}
    db.execute(insert(User).values(**values).on_conflict_do_nothing())
    user = db.exec(statement).one()
    for room in RoomType:
        room_of(db, user.id or 0, room)
    return user


def _first_name(event: LineEvent) -> str:
    channel = settings().channel(event.channel)
    if channel is None:
        return copy.NAMELESS
    try:
        return called(line_client(channel).display_name(event.user_id))
    except LineError as error:
        log.info("no profile: %s", type(error).__name__)
        return copy.NAMELESS


def latest_session(db: DbSession, user: User) -> CookingSession | None:
    """Locked, so that a stage that finishes meanwhile and this event do not overwrite each other."""
    statement = (
        select(CookingSession)
        .where(CookingSession.user_id == user.id)
        .order_by(col(CookingSession.created_at).desc(), col(CookingSession.id).desc())
        .limit(1)
        .with_for_update()
    )
    return db.exec(statement).first()


def _answer(db: DbSession, user: User, event: LineEvent, said: Say) -> Message:
    message = Message(
        chat_room_id=room_of(db, user.id or 0, said.room).id or 0,
        sender=Sender.SYSTEM,
        text=said.text,
        meta={"type": MessageType.NOTICE},
        channel=event.channel,
        line_body=signed(said, said.room),
        retry_key=uuid4(),
        reply_token=event.reply_token,
        reply_until=event.reply_until,
    )
    db.add(message)
    db.flush()
    return message


def _failed(event_id: int, error: Exception) -> None:
    with transaction() as db:
        row = db.get_one(InboxEvent, event_id, with_for_update=True)
        row.attempts += 1
        row.error = f"{type(error).__name__}: {error}"[:500]
        pause = RETRY_PAUSE * 2**row.attempts
        row.not_before = utc_now() + pause
        enqueue(db, Job.HANDLE_EVENTS, row.line_user_id, delay_seconds=pause.total_seconds())
        if row.attempts >= MAX_ATTEMPTS:
            row.handled_at = utc_now()
            row.outcome = "failed"
            user = db.exec(select(User).where(User.line_user_id == row.line_user_id)).first()
            if user is not None:
                owe(db, user.id or 0, MessageType.NOTICE, text=copy.SOMETHING_WRONG, sender=Sender.SYSTEM)
        db.add(row)
