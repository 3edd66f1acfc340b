"""Who may open a session: one trial for free learners, three a dish, dishes by the month."""

from collections.abc import Sequence
from datetime import datetime

from models.dish import Dish
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User

SESSIONS_PER_DISH = 3
# A card that bounced is retried by Stripe for days; the learner keeps cooking meanwhile.
PAYING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


class EntitlementError(Exception):
    """The learner may not open this session."""


class DishLocked(EntitlementError):
    """The dish opens in a later month."""


class TrialUsed(EntitlementError):
    """A free learner has had the one trial session."""


class AttemptsUsed(EntitlementError):
    """The dish was cooked three times."""


def is_open(session: CookingSession) -> bool:
    """Still waiting for its video, so nothing is spent: it may be given to another dish."""
    return session.status == SessionStatus.PENDING_UPLOAD and session.video_message_id is None


def is_spent(session: CookingSession) -> bool:
    """Counts as a cook: it has a usable video, or coaching. A failed one may be cooked again."""
    if session.status == SessionStatus.FAILED:
        return bool(session.coaching_text)
    return not is_open(session)


def months_open(user: User, now: datetime) -> int:
    """1 in the first month, 2 in the second…; a learner who does not pay stays at 1."""
    if user.subscription_status not in PAYING:
        return 1
    months = (now.year - user.created_at.year) * 12 + now.month - user.created_at.month
    if now.day < user.created_at.day:
        months -= 1
    return 1 + max(0, months)


def is_unlocked(user: User, dish: Dish, now: datetime) -> bool:
    return dish.month_unlocked <= months_open(user, now)


def next_session_number(user: User, dish: Dish, sessions: Sequence[CookingSession], now: datetime) -> int:
    """The number the next cook of this dish gets, given all the learner's sessions.

    Raises DishLocked, TrialUsed, AttemptsUsed.
    """
    if not is_unlocked(user, dish, now):
        raise DishLocked(dish.slug)
    spent = [session for session in sessions if is_spent(session)]
    if user.subscription_status not in PAYING and spent:
        raise TrialUsed
    numbers = {session.session_number for session in spent if session.dish_id == dish.id}
    free = [number for number in range(1, SESSIONS_PER_DISH + 1) if number not in numbers]
    if not free:
        raise AttemptsUsed(dish.slug)
    return free[0]
