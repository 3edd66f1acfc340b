"""The dishes as a learner meets them: which are open, how far they have come with each, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from knowledge_base.dish_order import offers
from knowledge_base.profile import read_profile
from models.coaching import OpenSkill
from models.dish import Dish, UserDishProgress
from models.rules.entitlement import (
    SESSIONS_PER_DISH,
    DishLocked,
    EntitlementError,
    is_spent,
    next_session_number,
)
from models.rules.history import sessions_of
from models.session import CookingSession
from models.user import User
from services.cooking import DishGone
from services.record import state_of


@dataclass(frozen=True)
class DishOfLearner:
    """`next_number` is that of the next cook, None where `refusal` says why there is none. `progress` is None before the
    first coaching."""

    dish: Dish
    guide: DishGuide
    progress: UserDishProgress | None
    cooked: int
    next_number: int | None
    refusal: EntitlementError | None

    @property
    def is_open(self) -> bool:
        return not isinstance(self.refusal, DishLocked)

    @property
    def is_finished(self) -> bool:
        return self.cooked >= SESSIONS_PER_DISH

    @property
    def is_under_way(self) -> bool:
        return 0 < self.cooked < SESSIONS_PER_DISH


def open_dishes(db: DbSession, user: User) -> Sequence[DishOfLearner]:
    """All that the learner's months have opened, in the order of the curriculum."""
    return [each for each in all_dishes(db, user) if each.is_open]


def all_dishes(db: DbSession, user: User) -> Sequence[DishOfLearner]:
    """Those of later months too."""
    guides = load().dishes
    # A dish that is gone from the files keeps its row for past sessions, but nobody can be coached on it.
    taught = select(Dish, UserDishProgress).outerjoin(
        UserDishProgress,
        (col(UserDishProgress.dish_id) == col(Dish.id)) & (col(UserDishProgress.user_id) == user.id),
    )
    rows = db.exec(
        taught.where(col(Dish.slug).in_(guides)).order_by(col(Dish.month_unlocked), col(Dish.order))
    ).all()
    sessions = sessions_of(db, user.id)
    return [_of_learner(user, dish, progress, sessions) for dish, progress in rows]


def next_dish(db: DbSession, user: User) -> Dish | None:
    """The first that they may cook now and can eat: before all, one that needs what an earlier dish has left open."""
    rows = {each.guide.slug: each for each in open_dishes(db, user) if each.next_number is not None}
    offered = offers([each.guide for each in rows.values()], read_profile(user.learner_profile))
    fitting = [offer.dish for offer in offered if not offer.caution]
    left = state_of(db, user.id).open_skill
    if left:
        fitting.sort(key=lambda guide: not needs(guide, OpenSkill.model_validate(left)))
    return rows[fitting[0].slug].dish if fitting else None


def needs(guide: DishGuide, left: OpenSkill) -> bool:
    """Whether what went wrong can go wrong with this dish too, or it practises the same skill."""
    return guide.slug != left.dish and (left.fault in guide.faults or left.skill in guide.principles)


def open_dish(db: DbSession, user: User, slug: str) -> DishOfLearner:
    """Raises DishGone, DishLocked."""
    if slug not in load().dishes:
        raise DishGone(slug)
    dish = next((each for each in open_dishes(db, user) if each.dish.slug == slug), None)
    if dish is None:
        raise DishLocked(f"'{slug}' opens in a later month")
    return dish


def _of_learner(
    user: User,
    dish: Dish,
    progress: UserDishProgress | None,
    sessions: Sequence[CookingSession],
) -> DishOfLearner:
    number, refusal = None, None
    try:
        number = next_session_number(user, dish, sessions)
    except EntitlementError as error:
        refusal = error
    cooked = sum(is_spent(session) for session in sessions if session.dish_id == dish.id)
    return DishOfLearner(dish, load().dishes[dish.slug], progress, cooked, number, refusal)
