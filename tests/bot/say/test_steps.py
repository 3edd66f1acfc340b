"""The taps under each bubble: only what the learner can do now."""

import pytest

from bot.say.steps import open_taps
from knowledge_base import phrasebook
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User


@pytest.mark.parametrize(
    ("plan", "may_cook"),
    [
        (SubscriptionStatus.FREE, True),  # leads to the offer
        (SubscriptionStatus.ACTIVE, True),
        (SubscriptionStatus.PAST_DUE, True),
        (SubscriptionStatus.PAUSED, False),
        (SubscriptionStatus.CANCELLED, False),
    ],
)
def test_another_cook_is_offered_unless_the_plan_rests_or_is_over(
    plan: SubscriptionStatus, *, may_cook: bool
) -> None:
    cook = CookingSession(user_id=1, dish_id=1, session_number=1, status=SessionStatus.COMPLETED)
    user = User(line_user_id="U1", first_name="ゆうこ", subscription_status=plan)
    labels = [tap["action"]["label"] for tap in open_taps(cook, user)]
    assert (phrasebook.COOK_AGAIN_LABEL in labels) is may_cook
