"""Who is away, where they left, and when a reminder may reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.base import JAPAN
from models.dish import Dish
from models.plan import Plan
from models.rules.entitlement import (
    PAYING,
    AttemptsUsed,
    EntitlementError,
    is_open,
    next_session_number,
)
from models.rules.next_step import Ask, next_step
from models.rules.standing import Standing, standing_of
from models.session import CookingSession
from models.user import User

AWAY = timedelta(days=21)  # who cooks at weekends has left out three: sooner it is a pause like any other
GONE = timedelta(days=90)  # whoever is away for so long has left: nobody runs after them
REMIND_AGAIN = timedelta(days=60)  # between two absences that are each reminded of
LOOK_AGAIN = timedelta(days=1)  # at who can't be reminded just now
MORNING, NIGHT = 8, 21  # hours in Japan; from the one to the other a phone may ring

# Whose plan rests, ends or has ended has said so; whose payment fails hears enough of us.
REMINDED = frozenset({Standing.NONE, Standing.ACTIVE})


class Left(StrEnum):
    """What was open when a learner went away."""

    FIRST_COOK = "first_cook"  # the free one
    COOK = "cook"  # its dish was chosen, its video never came
    ATTEMPT = "attempt"  # the dish's next
    NEXT_DISH = "next_dish"  # the last one was cooked three times


@dataclass(frozen=True)
class Place:
    """`dish_id` and `number` are of the cook that comes next, None before the first and where the dish is to be chosen;
    `last` is the newest cook with coaching that led there."""

    left: Left
    dish_id: int | None = None
    number: int | None = None
    last: CookingSession | None = None


def is_away(silent: timedelta) -> bool:
    return silent >= AWAY


def may_be_reminded(user: User, plan: Plan | None) -> bool:
    """Nobody who wants it not, leaves, has blocked us, or whose plan is at rest."""
    is_at_peace = user.reminders_off_since or user.leaving_since or user.blocked_at
    return is_at_peace is None and standing_of(user, plan) in REMINDED


def is_due(user: User, heard_at: datetime, now: datetime) -> bool:
    """Once an absence, and in the next one only long after that."""
    if not AWAY <= now - heard_at <= GONE:
        return False
    reminded_at = user.reminded_at
    return reminded_at is None or (reminded_at < heard_at and now - reminded_at >= REMIND_AGAIN)


def next_look(user: User, heard_at: datetime, now: datetime, *, is_busy: bool) -> datetime | None:
    """When it is worth looking again at one who is not to be reminded now; None where only what they do, or what becomes
    of their plan, can change it. `is_busy`: something of theirs is under way."""
    if now - heard_at < AWAY:  # heard of by another door
        return heard_at + AWAY
    if is_busy:
        return now + LOOK_AGAIN
    if user.reminded_at is None or user.reminded_at >= heard_at:
        return None
    again = user.reminded_at + REMIND_AGAIN
    return again if now < again <= heard_at + GONE else None


def where_left(
    user: User, sessions: Sequence[CookingSession], dishes: Mapping[int, Dish], *, has_trial: bool
) -> Place | None:
    """None where nothing can be gone on with, or it is not theirs to go on. `sessions` are all of the learner's; `dishes`
    those that are taught, by id."""
    if not sessions:
        return Place(Left.FIRST_COOK) if has_trial and user.onboarding_done else None
    latest = max(sessions, key=lambda session: (session.created_at, session.id))
    dish = dishes.get(latest.dish_id)
    if dish is None or next_step(latest).ask not in (Ask.VIDEO, Ask.COOK_AGAIN):
        return None
    last = _last_coached(sessions, dish)
    try:
        number = next_session_number(user, dish, sessions)
    except AttemptsUsed:
        return Place(Left.NEXT_DISH, last=last) if _may_choose(user, sessions, dishes) else None
    except EntitlementError:
        return None
    return Place(Left.COOK if is_open(latest) else Left.ATTEMPT, dish.id, number, last)


def daytime(now: datetime) -> datetime:
    """The first moment from now on at which a phone in Japan may ring."""
    local = now.astimezone(JAPAN)
    if MORNING <= local.hour < NIGHT:
        return now
    day = local if local.hour < MORNING else local + timedelta(days=1)
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _last_coached(sessions: Sequence[CookingSession], dish: Dish) -> CookingSession | None:
    coached = [each for each in sessions if each.dish_id == dish.id and each.coaching_text]
    return max(coached, key=lambda session: session.session_number, default=None)


def _may_choose(user: User, sessions: Sequence[CookingSession], dishes: Mapping[int, Dish]) -> bool:
    if user.subscription_status not in PAYING:
        return False
    for dish in dishes.values():
        try:
            next_session_number(user, dish, sessions)
        except EntitlementError:
            continue
        return True
    return False
