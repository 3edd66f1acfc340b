"""Which of the messages that are owed may go now, how, and with which others: questions to the rows, nothing is sent."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from line.limits import MAX_OBJECTS
from models.chat import Message, MessageType, Topic, WaitReason, rooms_beside

REPLY, PUSH = "reply", "push"
# A key is good for 24 h after its first use; with it older, a retry would be a second bubble.
KEY_LIFE = timedelta(hours=23, minutes=30)
PUSHES_A_DAY = 30  # to one learner, besides their coaching
COACHING = frozenset({MessageType.COACHING_READY, MessageType.COACHING_VIDEO, MessageType.COACHING_FAILED})


def earlier_message(db: DbSession, message: Message) -> WaitReason | None:
    """A session's messages arrive in their order: never the video before the text."""
    if message.session_id is None or message.reply_token is not None:
        return None
    earlier = (
        select(Message.id)
        .where(Message.session_id == message.session_id, col(Message.id) < message.id)
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
    )
    return WaitReason.EARLIER_MESSAGE if db.exec(earlier).first() is not None else None


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
    hear later than at once."""
    if message.kind != MessageType.NOTICE or message.reply_token is None:
        return False
    if message.meta.get("topic") == Topic.PROGRESS:
        return True
    rooms = rooms_beside(message.chat_room_id)
    later = col(Message.id) > message.id, col(Message.reply_token).is_not(None)
    statement = select(Message.id).where(col(Message.chat_room_id).in_(rooms), *later)
    return db.exec(statement.limit(1)).first() is not None


def is_over_ceiling(db: DbSession, message: Message) -> bool:
    """Whatever a learner does, they spend no more of the month's pushes; their coaching is not held back."""
    if message.kind in COACHING:
        return False
    lately = Message.delivered_by == PUSH, col(Message.delivered_at) > func.now() - timedelta(days=1)
    count = select(func.count()).where(
        col(Message.chat_room_id).in_(rooms_beside(message.chat_room_id)), *lately
    )
    return db.exec(count).one() >= PUSHES_A_DAY


def waiting_for_quota(db: DbSession, message: Message) -> list[int]:
    """Owed messages of the same chat that only the quota stops, as many as one reply still holds."""
    statement = (
        select(Message)
        .where(col(Message.chat_room_id).in_(rooms_beside(message.chat_room_id)))
        # One whose earlier push may have been taken could be doubled by a reply, which knows no retry key.
        .where(Message.waits_for == WaitReason.QUOTA, col(Message.first_attempted_at).is_(None))
        .where(Message.channel == message.channel, col(Message.carrier_id).is_(None))
        .where(col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .order_by(col(Message.id))
    )
    space = MAX_OBJECTS - len(message.line_body or [])
    fitting = []
    for waiting in db.exec(statement):
        # A notice that was never tried is not rendered yet: it is one bubble.
        space -= len(waiting.line_body) if waiting.line_body is not None else 1
        if space < 0:
            break
        fitting.append(waiting.id)
    return fitting


def riders_of(db: DbSession, message: Message) -> list[int]:
    """Those of the try before: what is sent again must be the same."""
    return list(db.exec(select(Message.id).where(Message.carrier_id == message.id).order_by(col(Message.id))))
