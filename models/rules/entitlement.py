"""Who may open a session: one trial for free learners, three a dish, dishes by the month."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from errors import MomentError
from models.dish import Dish
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User

SESSIONS_PER_DISH = 3
# A card that bounced is retried by Stripe for days; the learner keeps cooking meanwhile.
PAYING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


class EntitlementError(MomentError):
    """The learner may not open this session."""


class DishLocked(EntitlementError):
    """The dish opens in a later month."""

    words = "dish_locked"


class TrialUsed(EntitlementError):
    """A free learner has had the one trial session."""

    words = "trial_used"


class AttemptsUsed(EntitlementError):
    """The dish was cooked three times."""

    words = "attempts_used"

    def __init__(self, dish: Dish) -> None:
        super().__init__(f"'{dish.slug}' was cooked {SESSIONS_PER_DISH} times")
        self._dish_name = dish.name_ja

    @property
    def facts(self) -> Mapping[str, str]:
        return {"dish": self._dish_name}


def is_open(session: CookingSession) -> bool:
    """Still waiting for its video, so nothing is spent: it may be given to another dish."""
    return session.status == SessionStatus.PENDING_UPLOAD and session.video is None


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
        raise DishLocked(f"'{dish.slug}' opens in month {dish.month_unlocked}")
    spent_sessions = [session for session in sessions if is_spent(session)]
    if user.subscription_status not in PAYING and spent_sessions:
        raise TrialUsed("the trial session is used")
    numbers = {session.session_number for session in spent_sessions if session.dish_id == dish.id}
    free_numbers = [number for number in range(1, SESSIONS_PER_DISH + 1) if number not in numbers]
    if not free_numbers:
        raise AttemptsUsed(dish)
    return free_numbers[0]
