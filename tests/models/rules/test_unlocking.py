"""What opens next and when: by what was paid, and by how the plan stands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.plan import Plan
from models.rules.standing import Standing
from models.rules.unlocking import Opening, openings
from models.user import SubscriptionStatus, User

DAY = datetime(2026, 12, 27, tzinfo=UTC)
MONTHS = [1, 1, 2, 3, 4, 4]
FREE, ACTIVE, PAST_DUE = SubscriptionStatus.FREE, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
PAUSED, CANCELLED = SubscriptionStatus.PAUSED, SubscriptionStatus.CANCELLED


def learner(status: SubscriptionStatus, months: int) -> User:
    return User(line_user_id="U1", first_name="ゆうこ", subscription_status=status, months_paid=months)


def plan(**values: Any) -> Plan:
    return Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", period_end=DAY, **values)


@pytest.mark.parametrize(
    ("user", "its_plan", "nearest"),
    [
        (learner(ACTIVE, 1), plan(), Opening(2, 1, Standing.ACTIVE, DAY)),
        (learner(ACTIVE, 3), plan(), Opening(4, 1, Standing.ACTIVE, DAY)),
        (learner(ACTIVE, 1), None, Opening(2, 1, Standing.ACTIVE)),  # given to them: no day is known
        (learner(ACTIVE, 0), plan(), Opening(2, 2, Standing.ACTIVE)),  # a trial of Stripe's
        (learner(FREE, 0), None, Opening(2, 2, Standing.NONE)),
        (learner(ACTIVE, 1), plan(ends_on=DAY), Opening(2, 1, Standing.ENDING)),
        (learner(PAST_DUE, 1), plan(due_invoice_id="in_1"), Opening(2, 1, Standing.DUE)),
        (learner(PAUSED, 2), plan(), Opening(3, 1, Standing.PAUSED)),
        (learner(CANCELLED, 2), plan(ends_on=DAY), Opening(3, 1, Standing.OVER)),
    ],
)
def test_the_nearest_month_opens_by_the_payment_that_comes(
    user: User, its_plan: Plan | None, nearest: Opening
) -> None:
    assert openings(user, its_plan, MONTHS)[0] == nearest


def test_later_months_follow_one_by_one_and_only_the_next_has_a_day() -> None:
    assert openings(learner(ACTIVE, 1), plan(), MONTHS) == [
        Opening(2, 1, Standing.ACTIVE, DAY),
        Opening(3, 2, Standing.ACTIVE),
        Opening(4, 3, Standing.ACTIVE),
    ]


def test_a_month_without_dishes_is_passed_over() -> None:
    assert openings(learner(ACTIVE, 1), plan(), [1, 3]) == [Opening(3, 2, Standing.ACTIVE)]


def test_who_has_paid_for_all_has_nothing_to_wait_for() -> None:
    assert openings(learner(ACTIVE, 4), plan(), MONTHS) == []
    assert openings(learner(CANCELLED, 9), None, MONTHS) == []
