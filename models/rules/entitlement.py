"""Who may open a session: one trial for free learners, three a dish, dishes by the months that are paid for."""

from collections.abc import Mapping, Sequence

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


class PlanNeeded(EntitlementError):
    """Only who has a plan may open another session."""


class TrialUsed(PlanNeeded):
    """A free learner has had the one trial session."""

    words = "trial_used"


class PlanPaused(PlanNeeded):
    """The plan rests; what it has opened is still there to be read."""

    words = "plan_paused"


class PlanOver(PlanNeeded):
    """The plan has ended."""

    words = "plan_over"


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


def months_open(user: User) -> int:
    """1 in the first month, 2 in the second…: months are counted by what was paid, so a pause opens none, and whoever
    pays after a long trial begins with the first. What was bought stays open to be read, whatever the plan's status."""
    return max(1, user.months_paid)


def is_unlocked(user: User, dish: Dish) -> bool:
    return dish.month_unlocked <= months_open(user)


def next_session_number(user: User, dish: Dish, sessions: Sequence[CookingSession]) -> int:
    """The number the next cook of this dish gets, given all the learner's sessions.

    Raises DishLocked, TrialUsed, PlanPaused, PlanOver, AttemptsUsed.
    """
    if not is_unlocked(user, dish):
        raise DishLocked(f"'{dish.slug}' opens in month {dish.month_unlocked}")
    spent_sessions = [session for session in sessions if is_spent(session)]
    if user.subscription_status not in PAYING and spent_sessions:
        raise refusal_of_all(user) or TrialUsed("the trial session is used")
    numbers = {session.session_number for session in spent_sessions if session.dish_id == dish.id}
    free_numbers = [number for number in range(1, SESSIONS_PER_DISH + 1) if number not in numbers]
    if not free_numbers:
        raise AttemptsUsed(dish)
    return free_numbers[0]


def refusal_of_all(user: User) -> PlanNeeded | None:
    """Why one who has cooked can begin no other cook, whatever the dish; None for who pays or never had a plan."""
    match user.subscription_status:
        case SubscriptionStatus.PAUSED:
            return PlanPaused("the plan is paused")
        case SubscriptionStatus.CANCELLED:
            return PlanOver("the plan has ended")
        case _:
            return None
