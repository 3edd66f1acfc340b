"""What came of a cook, shown once more."""

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import away_talk
from models.chat import Message, MessageType, Sender, Topic
from models.session import CookingSession
from models.user import User
from services.outbox import queue_message
from services.thread import Origin


def last_result(db: DbSession, user: User) -> CookingSession | None:
    """The cook whose coaching text reached the learner last."""
    delivered = col(CookingSession.coaching_text_delivered_at)
    mine = select(CookingSession).where(CookingSession.user_id == user.id, delivered.is_not(None))
    return db.exec(mine.order_by(delivered.desc()).limit(1)).first()


def show_again(db: DbSession, user: User, session: CookingSession, origin: Origin) -> Message:
    """Text and video as they are in the store now, by the reply token, free."""
    return queue_message(
        db,
        user.id,
        MessageType.NOTICE,
        text=away_talk.LAST_RESULT,
        sender=Sender.SYSTEM,
        session_id=session.id,
        topic=Topic.LAST_RESULT,
        channel=origin.channel,
        reply_token=origin.reply_token,
        reply_until=origin.reply_until,
    )
