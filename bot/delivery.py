"""Paying what the outbox owes, exactly once.

A push carries the row's retry key from its first try, so an unknown outcome is simply tried again (LINE
docs: Retry a failed API request). A reply has no such key: its outcome unknown, it is not sent twice.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import func, or_
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.line import LineError, NotSent, RateLimited, Refused, Sent, Unavailable, line_client
from bot.rendering import render
from bot.say.bubbles import MAX_OBJECTS
from models.base import utc_now
from models.chat import ChatRoom, Message, MessageType
from models.database import transaction
from models.session import CookingSession
from models.user import User
from pipeline.queue import Job, enqueue
from settings import ConfigurationError, LineChannel, settings

log = logging.getLogger(__name__)

# A key is good for 24 h after its first use; with it older, a retry would be a second bubble.
KEY_LIFE = timedelta(hours=23, minutes=30)
IN_FLIGHT = timedelta(seconds=30)  # longer than any one call: who crashed in it is followed by a retry
BACKOFF = timedelta(seconds=1)  # doubled with each try
LONGEST_BACKOFF = timedelta(minutes=5)
QUOTA_PAUSE = timedelta(hours=1)
QUOTA_USED = "monthly quota used up"


def deliver(message_id: int) -> None:
    """Sends the message if it is owed and due: by its reply token while that lives, else as a push."""
    try:
        message, user = _claim(message_id)
    except (ValidationError, LookupError, NoResultFound) as error:
        # Its rows can't be rendered; no later try will do better without a hand.
        log.exception("message %s can't be rendered", message_id)
        _park_unrenderable(message_id, error)
        return
    if message is not None and user is not None:
        _send(message, user)


def deliver_reply(message_id: int) -> None:
    """Sends a handler's answer at once; what the month's quota holds back rides along, free."""
    message, user = _claim(message_id)
    if message is None or user is None:
        return
    riders = []
    if message.delivered_by == "reply":
        with transaction() as db:
            held_back = _held_back(db, message)
        riders = [rider for held_id in held_back if (rider := _claim(held_id, riding=True)[0]) is not None]
    _send(message, user, riders)


def _send(message: Message, user: User, riders: Sequence[Message] = ()) -> None:
    """One request. The riders' bubbles come first: only the last bubble's quick replies are shown."""
    channel = _channel(message)
    together = [*riders, message]
    bubbles = [bubble for each in together for bubble in each.line_body or []]
    try:
        if message.delivered_by == "reply":
            sent = line_client(channel).reply(message.reply_token or "", bubbles)
        else:
            assert message.retry_key is not None  # noqa: S101 - what makes it owed
            sent = line_client(channel).push(user.line_user_id, bubbles, message.retry_key)
    except LineError as error:
        _not_sent(message, channel, error)
        for rider in riders:
            _rider_not_sent(rider, error)
    else:
        _delivered(together, sent)


def _claim(message_id: int, *, riding: bool = False) -> tuple[Message | None, User | None]:
    """Marks the try before it is made, and fixes the body all tries share."""
    with transaction() as db:
        due = or_(col(Message.next_attempt_at).is_(None), col(Message.next_attempt_at) <= func.now())
        statement = (
            select(Message)
            .where(Message.id == message_id, col(Message.retry_key).is_not(None))
            .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
            .where(or_(due, col(Message.error) == QUOTA_USED))
            .with_for_update(skip_locked=True)
        )
        message = db.exec(statement).first()
        if message is None:
            return None, None
        user = _user_of(db, message)
        now = utc_now()
        if user.blocked_at is not None or _waits_for_earlier(db, message) or not _may_try(message):
            return None, None
        if message.line_body is None:
            message.line_body = render(db, message, user)
        message.delivered_by = "reply" if riding else _way(message)
        message.error = ""
        message.attempts += 1
        message.attempted_at = now
        message.first_attempted_at = message.first_attempted_at or now
        message.next_attempt_at = now + IN_FLIGHT
        db.add(message)
    return message, user


def _waits_for_earlier(db: DbSession, message: Message) -> bool:
    """A session's messages arrive in their order: never the video before the text."""
    if message.session_id is None or message.reply_token is not None:
        return False
    earlier = (
        select(Message.id)
        .where(Message.session_id == message.session_id, col(Message.id) < (message.id or 0))
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
    )
    return db.exec(earlier).first() is not None


def _may_try(message: Message) -> bool:
    """Parks what must not be sent again."""
    if message.delivered_by == "reply" and not message.error:
        _park(message, "the reply's outcome is unknown; a second one could double it")
        return False
    if message.first_attempted_at and utc_now() - message.first_attempted_at > KEY_LIFE:
        _park(message, "the retry key is older than 24 hours; a retry could double it")
        return False
    return True


def _way(message: Message) -> str:
    alive = message.reply_token and message.reply_until and utc_now() < message.reply_until
    return "reply" if alive and message.attempts == 0 else "push"


def _not_sent(message: Message, channel: LineChannel, error: LineError) -> None:
    quota_used = isinstance(error, RateLimited) and _quota_used(channel)
    with transaction() as db:
        row = db.get_one(Message, message.id, with_for_update=True)
        row.error = f"{type(error).__name__}: {error}"[:500]
        if isinstance(error, (RateLimited, NotSent)):
            _renew_key(row)
        if quota_used:
            _hold_for_quota(row)
        elif row.delivered_by == "reply":
            _after_reply(db, row, error)
        elif isinstance(error, Refused):
            _park(row, row.error)
        else:
            wait = min(BACKOFF * 2 ** (row.attempts - 1), LONGEST_BACKOFF)
            row.next_attempt_at = utc_now() + wait
            enqueue(db, Job.DELIVER, row.id or 0, delay_seconds=wait.total_seconds())
        db.add(row)
    log.warning("message %s not sent (%s)", message.id, row.error)


def _after_reply(db: DbSession, row: Message, error: LineError) -> None:
    """Refused for certain: a push may follow. Unknown: never again."""
    if isinstance(error, Unavailable):
        _park(row, f"reply outcome unknown ({error})")
        return
    row.reply_token = None
    row.first_attempted_at = None
    row.next_attempt_at = None
    enqueue(db, Job.DELIVER, row.id or 0)


def _hold_for_quota(row: Message) -> None:
    """It waits for a reply token or the quota."""
    row.error = QUOTA_USED
    row.next_attempt_at = utc_now() + QUOTA_PAUSE


def _renew_key(row: Message) -> None:
    """This try was certainly not taken: when none before it can have been either, the key's 24 h begin anew."""
    if row.first_attempted_at == row.attempted_at:
        row.retry_key = uuid4()
        row.first_attempted_at = None


def _quota_used(channel: LineChannel) -> bool:
    try:
        return line_client(channel).quota_left() == 0
    except LineError as error:
        log.warning("quota not known: %s", error)
        return False


def _held_back(db: DbSession, message: Message) -> list[int]:
    """Owed messages of the same chat that only the quota stops, as many as one reply still holds."""
    user_id = db.get_one(ChatRoom, message.chat_room_id).user_id
    rooms = select(ChatRoom.id).where(ChatRoom.user_id == user_id)
    statement = (
        select(Message)
        .where(col(Message.chat_room_id).in_(rooms), Message.error == QUOTA_USED, Message.id != message.id)
        # One whose earlier push may have been taken could be doubled by a reply, which knows no retry key.
        .where(col(Message.first_attempted_at).is_(None))
        .where(Message.channel == message.channel)
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    space = MAX_OBJECTS - len(message.line_body or [])
    found = []
    for owed in db.exec(statement):
        space -= len(owed.line_body or [])
        if space < 0:
            break
        found.append(owed.id or 0)
    return found


def _rider_not_sent(rider: Message, error: LineError) -> None:
    with transaction() as db:
        row = db.get_one(Message, rider.id, with_for_update=True)
        if isinstance(error, Unavailable):
            _park(row, f"reply outcome unknown ({error})")
        else:
            _renew_key(row)
            _hold_for_quota(row)
        db.add(row)


def _delivered(messages: Sequence[Message], sent: Sent) -> None:
    """Each row with the ids of its own bubbles, by which a learner may quote it."""
    ids = list(sent.message_ids)
    with transaction() as db:
        for message in messages:
            row = db.get_one(Message, message.id, with_for_update=True)
            own, ids = ids[: len(row.line_body or [])], ids[len(row.line_body or []) :]
            row.delivered_at = utc_now()
            row.line_message_id = own[0] if own else None
            row.meta = {**row.meta, "line_message_ids": own}
            row.error = ""
            db.add(row)
            _wake_following(db, row)
            if row.meta.get("type") == MessageType.COACHING_READY and row.session_id is not None:
                session = db.get_one(CookingSession, row.session_id)
                session.coaching_text_delivered_at = row.delivered_at
                db.add(session)


def _wake_following(db: DbSession, row: Message) -> None:
    """What waited for this one."""
    if row.session_id is None:
        return
    waiting = (
        select(Message.id)
        .where(Message.session_id == row.session_id, col(Message.id) > (row.id or 0))
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    next_id = db.exec(waiting).first()
    if next_id is not None:
        enqueue(db, Job.DELIVER, next_id)


def _park_unrenderable(message_id: int, error: Exception) -> None:
    with transaction() as db:
        row = db.get_one(Message, message_id, with_for_update=True)
        _park(row, f"can't be rendered: {type(error).__name__}")
        db.add(row)


def _park(row: Message, reason: str) -> None:
    row.parked_at = utc_now()
    row.error = reason[:500]


def _user_of(db: DbSession, message: Message) -> User:
    return db.get_one(User, db.get_one(ChatRoom, message.chat_room_id).user_id)


def _channel(message: Message) -> LineChannel:
    channel = settings().channel(message.channel)
    if channel is None:
        raise ConfigurationError(f"LINE_CHANNELS: no channel '{message.channel}', on which a message is owed")
    return channel
