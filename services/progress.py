"""What has become of a learner's skills and of their own marks, from cook to cook: for the pages and for the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session as DbSession

from knowledge_base.catalogue import load
from knowledge_base.content import Fault
from models.coaching import RatingAspect
from models.dish import Dish
from models.learner import LearnerState
from models.rules.history import judged_faults
from models.session import CookingSession
from models.user import User
from services.record import cooks_of, dishes, state_of


@dataclass(frozen=True)
class Skill:
    """One that was practised; `session_ids` are of the coached cooks that did, in their order."""

    name: str
    session_ids: Sequence[int]
    is_acquired: bool

    @property
    def cooks(self) -> int:
        return len(self.session_ids)


@dataclass(frozen=True)
class RecurringFault:
    """What went wrong in more than one coached cook, in their order."""

    fault: Fault
    cooks: Sequence[CookingSession]


@dataclass(frozen=True)
class LearnerProgress:
    """`cooks` are all of them, in their order; `dishes` are by id. A skill that is taught no more is left out."""

    state: LearnerState
    cooks: Sequence[CookingSession]
    dishes: Mapping[int, Dish]
    acquired: Sequence[Skill]
    developing: Sequence[Skill]

    @property
    def coached(self) -> Sequence[CookingSession]:
        return [cook for cook in self.cooks if cook.coaching_text]


def progress_of_learner(db: DbSession, user: User) -> LearnerProgress:
    cooks, known, state = cooks_of(db, user), {dish.id: dish for dish in dishes(db)}, state_of(db, user.id)
    practised: dict[str, list[int]] = {}
    for cook in cooks:
        for skill in known[cook.dish_id].principles if cook.coaching_text else ():
            practised.setdefault(skill, []).append(cook.id)

    def skills(keys: Sequence[str], *, is_acquired: bool) -> Sequence[Skill]:
        names = load().skills
        return [Skill(names[key], practised.get(key, []), is_acquired) for key in keys if key in names]

    return LearnerProgress(
        state,
        cooks,
        known,
        skills(state.skills_acquired, is_acquired=True),
        skills(state.skills_developing, is_acquired=False),
    )


def recurring_faults(db: DbSession, coached: Sequence[CookingSession]) -> Sequence[RecurringFault]:
    """The most frequent first; a fault that is taught no more is left out."""
    found: dict[str, list[CookingSession]] = {}
    judged = judged_faults(db, coached)
    for cook in coached:
        if code := judged.get(cook.id):
            found.setdefault(code, []).append(cook)
    faults = load().faults
    recurring = [RecurringFault(faults[code], cooks) for code, cooks in found.items() if code in faults]
    return sorted((each for each in recurring if len(each.cooks) > 1), key=lambda each: -len(each.cooks))


def marks_of(cooks: Sequence[CookingSession]) -> Mapping[RatingAspect, Sequence[int | None]]:
    """Of every aspect one a cook; None where none was given."""
    return {aspect: [cook.self_ratings.get(aspect) for cook in cooks] for aspect in RatingAspect}
