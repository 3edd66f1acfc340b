"""The one time that a free learner is offered the plan: where their trial ends, with what they had."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import OWED, Message, MessageType, Topic, rooms_of
from models.coaching import CoachingText
from models.dish import Dish
from models.rules.entitlement import is_spent
from models.rules.history import sessions_of
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from services.outbox import was_said


@dataclass(frozen=True)
class Trial:
    """A free learner's cook. `next_action` is the coaching's own, "" where none came of it."""

    dish: str
    number: int
    next_action: str


def trial_to_offer_with(db: DbSession, user: User) -> Trial | None:
    """None while the trial is to come, for who has or had a plan, and once it was offered."""
    if user.subscription_status != SubscriptionStatus.FREE or user.months_paid:
        return None
    spent = [session for session in sessions_of(db, user.id) if is_spent(session)]
    if not spent or was_said(db, user, Topic.PLAN_OFFER):
        return None
    session = spent[-1]
    coaching = CoachingText.model_validate(session.coaching_text) if session.coaching_text else None
    dish = db.get_one(Dish, session.dish_id)
    return Trial(dish.name_ja, session.session_number, coaching.next_action if coaching else "")


def has_trial(db: DbSession, user: User) -> bool:
    """Whether the free session is still to come."""
    is_free = user.subscription_status == SubscriptionStatus.FREE and not user.months_paid
    return is_free and not any(is_spent(session) for session in sessions_of(db, user.id))


def comes_with_video(db: DbSession, user: User, session: CookingSession | None) -> bool:
    """The offer rides on the trial's coaching video, which is still to be sent. `session` is the learner's latest, locked:
    whoever finishes it meanwhile waits, so that the offer is not made here too."""
    if session is not None and session.status == SessionStatus.TEXT_READY:
        return True
    mine = col(Message.chat_room_id).in_(rooms_of(user.id)), Message.kind == MessageType.COACHING_VIDEO
    return db.exec(select(Message.id).where(*mine, text(OWED)).limit(1)).first() is not None
