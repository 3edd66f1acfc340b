"""What a learner may cook now."""

from datetime import datetime

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import load
from models.dish import Dish
from models.rules.entitlement import EntitlementError, next_session_number
from models.rules.history import sessions_of
from models.user import User


def open_dishes(db: DbSession, user: User, now: datetime) -> list[tuple[Dish, int]]:
    """Each with the number that its next cook would have."""
    sessions = sessions_of(db, user.id)
    taught = select(Dish).where(col(Dish.slug).in_(load().dishes))
    dishes: list[tuple[Dish, int]] = []
    for dish in db.exec(taught.order_by(col(Dish.month_unlocked), col(Dish.order))):
        try:
            dishes.append((dish, next_session_number(user, dish, sessions, now)))
        except EntitlementError:
            continue
    return dishes
