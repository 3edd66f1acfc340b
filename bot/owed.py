"""Which of the messages that are owed may go now, how, and with which others: questions to the rows, nothing is sent."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from line.limits import MAX_OBJECTS
from models.chat import Message, MessageType, Sender, Topic, WaitReason, rooms_beside, rooms_of
from services.outbox import hold_order

REPLY, PUSH = "reply", "push"
# A key is good for 24 h after its first use; with it older, a retry would be a second bubble.
KEY_LIFE = timedelta(hours=23, minutes=30)
_MOST_OF_A_NOTICE = 2
PUSHES_A_DAY = 30  # to one learner, besides their coaching
PATIENT = frozenset({MessageType.NOTICE, MessageType.HANDOVER_BEGUN, MessageType.HANDOVER_ENDED})
COACHING = frozenset(
    {
        MessageType.COACHING_READY,
        MessageType.COACHING_VIDEO,
        MessageType.COACHING_VIDEO_CORRECTED,
        MessageType.COACHING_FAILED,
    }
)


def has_earlier() -> ColumnElement[bool]:
    """Whether another message of its session must arrive before it, asked within another statement: a session's messages
    keep their order, never the video before the text."""
    earlier = aliased(Message)
    is_owed = (
        col(earlier.retry_key).is_not(None),
        col(earlier.delivered_at).is_(None),
        col(earlier.parked_at).is_(None),
    )
    its = col(earlier.session_id) == Message.session_id, col(earlier.id) < Message.id
    return col(Message.reply_token).is_(None) & select(earlier.id).where(*its, *is_owed).exists()


def must_wait(db: DbSession, message: Message) -> bool:
    """Of one that has an earlier one. Whoever settles that wakes what waits: that it does is known to them before they
    look, or they are done before this looks."""
    if message.session_id is not None:
        hold_order(db, message.session_id)
    return db.exec(select(Message.id).where(Message.id == message.id, has_earlier())).first() is not None


def is_coaching(message: Message) -> bool:
    return message.kind in COACHING or message.kind == MessageType.FILM


def is_reminder(message: Message) -> bool:
    return message.meta.get("topic") == Topic.REMINDER


def asks_for_consent(message: Message) -> bool:
    return message.meta.get("topic") == Topic.CONSENT


def has_live_token(message: Message, now: datetime) -> bool:
    return bool(message.reply_token and message.reply_until and now < message.reply_until)


def has_old_key(message: Message, now: datetime) -> bool:
    return message.first_attempted_at is not None and now - message.first_attempted_at > KEY_LIFE


def is_carried(db: DbSession, message: Message, now: datetime) -> bool:
    """The reply it rides on may have been taken, and is sent again while its token lives."""
    carrier = db.get(Message, message.carrier_id) if message.carrier_id is not None else None
    message.carrier_id = None
    if carrier is None or not carrier.is_owed or not has_live_token(carrier, now):
        return False
    message.carrier_id, message.waits_for = carrier.id, WaitReason.QUOTA
    message.lease_token, message.due_at, message.nudge_at = None, carrier.reply_until, carrier.reply_until
    db.add(message)
    return True


def is_overtaken(db: DbSession, message: Message) -> bool:
    """A handler's answer, after which the learner has done something else and was answered; or of which nobody wants to
    hear later than at once. What a call was about is worth no push."""
    if message.meta.get("topic") == Topic.CALL:
        return True
    if message.kind != MessageType.NOTICE or message.reply_token is None:
        return False
    if message.meta.get("topic") == Topic.PROGRESS:
        return True
    rooms = rooms_beside(message.chat_room_id)
    later = col(Message.id) > message.id, col(Message.reply_token).is_not(None)
    statement = select(Message.id).where(col(Message.chat_room_id).in_(rooms), *later)
    return db.exec(statement.limit(1)).first() is not None


def is_over_ceiling(db: DbSession, message: Message) -> bool:
    """Whatever a learner does, they spend no more of the month's pushes; their coaching is not held back, nor what a
    person says."""
    if message.kind in COACHING or message.sender is Sender.COACH:
        return False
    lately = Message.delivered_by == PUSH, col(Message.delivered_at) > func.now() - timedelta(days=1)
    count = select(func.count()).where(
        col(Message.chat_room_id).in_(rooms_beside(message.chat_room_id)), *lately
    )
    return db.exec(count).one() >= PUSHES_A_DAY


def waiting_to_ride(db: DbSession, message: Message, user_id: int) -> list[int]:
    """Owed messages of its learner that a reply may carry, as many as it still holds: what only the quota stops, and
    notices that wait for a reply before they become a push."""
    held = and_(
        col(Message.waits_for) == WaitReason.QUOTA,
        # One whose earlier push may have been taken could be doubled by a reply, which knows no retry key.
        col(Message.first_attempted_at).is_(None),
        col(Message.channel) == message.channel,
    )
    patient = and_(
        col(Message.kind).in_(PATIENT),
        col(Message.waits_for).is_(None),
        col(Message.reply_token).is_(None),
        col(Message.attempts) == 0,
        col(Message.due_at) > func.now(),
        col(Message.channel).in_(["", message.channel]),
    )
    statement = (
        select(Message)
        .where(col(Message.chat_room_id).in_(rooms_of(user_id)), col(Message.id) != message.id)
        .where(or_(held, patient), col(Message.carrier_id).is_(None))
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    space = MAX_OBJECTS - len(message.line_body or [])
    fitting = []
    for waiting in db.exec(statement):
        # A notice that was never tried is not rendered yet: it is one bubble, or one with the upload's card.
        space -= len(waiting.line_body) if waiting.line_body is not None else _MOST_OF_A_NOTICE
        if space < 0:
            break
        fitting.append(waiting.id)
    return fitting


def earlier_to_hurry(db: DbSession, message: Message) -> list[int]:
    """Notices of its session for which this one waits, and which themselves only wait for a reply to ride on."""
    earlier = (
        select(Message.id)
        .where(Message.session_id == message.session_id, col(Message.id) < message.id)
        .where(col(Message.attempts) == 0, col(Message.due_at) > func.now())
        .where(col(Message.retry_key).is_not(None), col(Message.waits_for).is_(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
    )
    return list(db.exec(earlier.order_by(col(Message.id))))


def riders_of(db: DbSession, message: Message) -> list[int]:
    """Those of the try before: what is sent again must be the same."""
    return list(db.exec(select(Message.id).where(Message.carrier_id == message.id).order_by(col(Message.id))))
