"""What the coaches see of one learner: who they are, how far they have come, what was agreed. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session as DbSession

from knowledge_base import phrasebook, thread_words
from knowledge_base.catalogue import load
from knowledge_base.quiz import load_quiz
from models.coach import Coach
from models.coaching import RatingAspect
from models.consent import Consent, ConsentKind
from models.dish import Dish
from models.export import Export
from models.plan import Plan
from models.reminder import ReminderPause
from models.rules.standing import Standing, standing_of
from models.session import CookingSession
from models.user import User
from services.coaches import Asker, present_coaches
from services.consent import consents_of
from services.export.wish import export_of
from services.marks_chart import Line, rating_lines
from services.names import READING, WISH
from services.plan.state import plan_of
from services.progress import LearnerProgress, progress_of_learner, recurring_faults
from services.record import told_in
from services.reminder_pause import pause_in_force
from services.threads.rows import ThreadRow, rows_of

# What a coach should know before they write; all else is folded away.
_FIRST = (
    WISH,
    READING,
    "goals",
    "dream_dish",
    "kitchen_heat",
    "dietary",
    "avoid_ingredients",
    "vulnerable_eaters",
)


@dataclass(frozen=True)
class Fact:
    """An answer of the quiz: what it is about, and what they said."""

    about: str
    answer: str


@dataclass(frozen=True)
class Cook:
    """One attempt; `said_id` is the message that brought its coaching text, None where none was brought. `marks` are the
    learner's own, in the order of RatingAspect."""

    session: CookingSession
    label: str
    said_id: int | None

    @property
    def state(self) -> str:
        return thread_words.STATES[self.session.status]

    @property
    def marks(self) -> Sequence[int | None]:
        return [self.session.self_ratings.get(aspect) for aspect in RatingAspect]


@dataclass(frozen=True)
class SkillRow:
    name: str
    is_acquired: bool
    cooks: Sequence[Cook]


@dataclass(frozen=True)
class Mistake:
    name: str
    advice: str
    cooks: Sequence[Cook]


@dataclass(frozen=True)
class DishRow:
    """`acquired` are what the dish practises and the learner can do by now, `open` what they can't."""

    name: str
    cooks: Sequence[Cook]
    acquired: Sequence[str]
    open: Sequence[str]


@dataclass(frozen=True)
class PlanView:
    standing: Standing
    months_paid: int
    plan: Plan | None

    @property
    def words(self) -> str:
        return thread_words.STANDINGS[self.standing]

    @property
    def next_on(self) -> datetime | None:
        """When it ends, or else what is paid does."""
        return (self.plan.ends_on or self.plan.period_end) if self.plan is not None else None


@dataclass(frozen=True)
class PauseView:
    pause: ReminderPause
    by: str

    @property
    def last_day(self) -> datetime | None:
        return self.pause.until - timedelta(seconds=1) if self.pause.until is not None else None


@dataclass(frozen=True)
class LearnerView:
    """`choices` are the coaches whom the asker may assign."""

    user: User
    row: ThreadRow
    first: Sequence[Fact]
    others: Sequence[Fact]
    next_focus: str
    lines: Sequence[Line]
    rated: Sequence[str]
    skills: Sequence[SkillRow]
    mistakes: Sequence[Mistake]
    dishes: Sequence[DishRow]
    plan: PlanView
    choices: Sequence[Coach]
    pause: PauseView | None
    consents: Mapping[ConsentKind, Sequence[Consent]]
    export: Export | None

    @property
    def wish(self) -> str:
        """What they wish to be called; LINE's name is `user.first_name`."""
        return str(self.user.learner_profile.get(WISH) or "")

    @property
    def reading(self) -> str:
        return str(self.user.learner_profile.get(READING) or "")


def view_of(db: DbSession, asker: Asker, user: User) -> LearnerView:
    """That the asker may see them was looked at before."""
    row, learnt, plan = rows_of(db, asker, [user.id])[0], progress_of_learner(db, user), plan_of(db, user)
    cooks = _cooks(db, learnt)
    consents = consents_of(db, user.id)
    return LearnerView(
        user=user,
        row=row,
        first=_facts(user, _FIRST),
        others=_facts(
            user, [each.profile_key for each in load_quiz().questions if each.profile_key not in _FIRST]
        ),
        next_focus=learnt.state.next_focus,
        lines=rating_lines(learnt.cooks),
        rated=[cooks[each.id].label for each in learnt.cooks if each.self_ratings],
        skills=[
            SkillRow(each.name, each.is_acquired, [cooks[cook_id] for cook_id in each.session_ids])
            for each in (*learnt.acquired, *learnt.developing)
        ],
        mistakes=[
            Mistake(each.fault.name_ja, each.fault.next_action, [cooks[cook.id] for cook in each.cooks])
            for each in recurring_faults(db, learnt.coached)
        ],
        dishes=_dishes(learnt, cooks),
        plan=PlanView(standing_of(user, plan), user.months_paid, plan),
        choices=choices_of(db, asker, row),
        pause=_pause(db, user.id),
        consents={kind: [each for each in consents if each.kind == kind] for kind in ConsentKind},
        export=export_of(db, user.id) if asker.is_admin else None,
    )


def choices_of(db: DbSession, asker: Asker, row: ThreadRow) -> Sequence[Coach]:
    """An admin assigns anybody, a coach takes a learner to herself."""
    if asker.is_limited:
        return []  # who is in sight is assigned
    assigned = {each.coach_id for each in row.assigned}
    others = [each for each in present_coaches(db) if each.id not in assigned]
    return [each for each in others if asker.is_admin or each.id == asker.coach_id]


def _facts(user: User, keys: Sequence[str]) -> Sequence[Fact]:
    """What was answered, in the order of the keys; a question that is asked no more is left out."""
    asked = [question for key in keys if (question := load_quiz().of_key(key)) is not None]
    told = [(each.about, each.labels(user.learner_profile.get(each.profile_key))) for each in asked]
    return [Fact(about, "、".join(labels)) for about, labels in told if labels]


def _cooks(db: DbSession, learnt: LearnerProgress) -> Mapping[int, Cook]:
    said = told_in(db, [each.id for each in learnt.coached])
    return {
        each.id: Cook(each, _label(learnt.dishes[each.dish_id], each), said.get(each.id))
        for each in learnt.cooks
    }


def _label(dish: Dish, cook: CookingSession) -> str:
    return f"{dish.name_ja} {phrasebook.attempt_label(cook.session_number)}"


def _dishes(learnt: LearnerProgress, cooks: Mapping[int, Cook]) -> Sequence[DishRow]:
    """In the order in which they were begun."""
    names, acquired = load().skills, learnt.state.skills_acquired
    begun = list(dict.fromkeys(each.dish_id for each in learnt.cooks))
    by_dish = sorted(learnt.cooks, key=lambda each: (begun.index(each.dish_id), each.session_number))
    rows = []
    for dish_id, attempts in groupby(by_dish, key=lambda each: each.dish_id):
        dish = learnt.dishes[dish_id]
        skills = [key for key in dish.principles if key in names]
        rows.append(
            DishRow(
                dish.name_ja,
                [cooks[each.id] for each in attempts],
                [names[key] for key in skills if key in acquired],
                [names[key] for key in skills if key not in acquired],
            )
        )
    return rows


def _pause(db: DbSession, user_id: int) -> PauseView | None:
    pause = pause_in_force(db, user_id)
    if pause is None:
        return None
    coach = db.get(Coach, pause.coach_id) if pause.coach_id is not None else None
    return PauseView(pause, coach.name if coach is not None else "")
