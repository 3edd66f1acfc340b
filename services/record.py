"""What a learner has done so far, to look back at: nothing is changed, and nobody finds another's rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import raiseload
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.chat import Message, MessageType
from models.dish import Dish
from models.learner import LearnerState, LearningVelocity
from models.rules.history import waiting_times
from models.rules.promise import text_promise
from models.session import CookingSession, StageRun
from models.user import User

# Of cooks that are only listed: what was sent is not looked up for each of them.
WITHOUT_MEDIA = raiseload(CookingSession.media)  # type: ignore[arg-type]


class DishNotFound(MomentError):
    """No dish was ever taught under this name."""

    words = "web.not_found"


def cooks_of(db: DbSession, user: User, dish: Dish | None = None) -> Sequence[CookingSession]:
    """All of them, or those of one dish, in the order in which they were begun; without their media."""
    mine = select(CookingSession).where(CookingSession.user_id == user.id).options(WITHOUT_MEDIA)
    if dish is not None:
        mine = mine.where(CookingSession.dish_id == dish.id)
    return db.exec(mine.order_by(col(CookingSession.created_at), col(CookingSession.id))).all()


def dishes(db: DbSession) -> Sequence[Dish]:
    """Every dish, also one that is no longer taught, in the order in which learners meet them."""
    return db.exec(select(Dish).order_by(col(Dish.month_unlocked), col(Dish.order), col(Dish.id))).all()


def dish_by_slug(db: DbSession, slug: str) -> Dish:
    """Raises DishNotFound."""
    dish = db.exec(select(Dish).where(Dish.slug == slug)).first()
    if dish is None:
        raise DishNotFound(slug)
    return dish


def state_of(db: DbSession, user_id: int) -> LearnerState:
    """What they have learnt; an empty one, kept nowhere, before the first coaching text."""
    kept = db.exec(select(LearnerState).where(LearnerState.user_id == user_id)).first()
    return kept or LearnerState(user_id=user_id, learning_velocity=LearningVelocity.STEADY)


def finished_stages(db: DbSession, session: CookingSession) -> Collection[str]:
    """The names of those that have yielded."""
    finished = StageRun.session_id == session.id, col(StageRun.finished_at).is_not(None)
    return db.exec(select(StageRun.stage).where(*finished)).all()


def news_of(db: DbSession, session: CookingSession) -> Mapping[str, str]:
    """What the learner was told in chat of work that takes longer, or has failed: the words, by the message's type."""
    kinds = col(Message.kind).in_([MessageType.STILL_WORKING, MessageType.COACHING_FAILED])
    told = select(Message.kind, Message.text).where(Message.session_id == session.id, kinds)
    return dict(db.exec(told.order_by(col(Message.id))).all())


def told_in(db: DbSession, session_ids: Collection[int]) -> Mapping[int, int]:
    """The ids of the messages that brought the cooks' coaching texts, by the cooks' ids."""
    is_text = col(Message.session_id).in_(session_ids), Message.kind == MessageType.COACHING_READY
    told = db.exec(select(Message.session_id, Message.id).where(*is_text))
    return {session_id: message_id for session_id, message_id in told if session_id is not None}


def minutes_left(db: DbSession, session: CookingSession, promise: timedelta, now: datetime) -> int:
    """Whole minutes until the text, from our own last sessions; 0 when it is due. `promise` is said before there are any."""
    waited = now - session.video.received_at if session.video else timedelta()
    left = text_promise(waiting_times(db), promise) - waited
    return max(0, ceil(left / timedelta(minutes=1)))
