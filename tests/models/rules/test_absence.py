"""Who is away, where they left, and when a phone in Japan may ring."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.base import JAPAN
from models.dish import Dish
from models.media import Media, MediaKind, MediaSource, MediaState
from models.plan import Plan
from models.rules.absence import (
    AWAY,
    GONE,
    LOOK_AGAIN,
    REMIND_AGAIN,
    Left,
    daytime,
    is_due,
    may_be_reminded,
    next_look,
    where_left,
)
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def dish(number: int, slug: str, month: int) -> Dish:
    return Dish(
        id=number,
        slug=slug,
        name_ja=slug,
        name_en=slug,
        description_ja="",
        month_unlocked=month,
        order=number,
    )


DISHES = {1: dish(1, "fried-rice", 1), 2: dish(2, "beef-steak", 1), 9: dish(9, "curry-rice", 4)}
FREE, ACTIVE, PAUSED = SubscriptionStatus.FREE, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED


def learner(status: SubscriptionStatus = ACTIVE, **values: Any) -> User:
    return User(id=1, line_user_id="U1", first_name="ゆうこ", subscription_status=status, **values)


def cook(number: int, dish_id: int = 1, *, status: SessionStatus = SessionStatus.COMPLETED) -> CookingSession:
    coached = status == SessionStatus.COMPLETED
    return CookingSession(
        id=dish_id * 10 + number,
        user_id=1,
        dish_id=dish_id,
        session_number=number,
        status=status,
        coaching_text={"next_action": "待つ"} if coached else {},
        created_at=NOW - timedelta(days=40 - number),
    )


def opened(number: int, dish_id: int = 1) -> CookingSession:
    return cook(number, dish_id, status=SessionStatus.PENDING_UPLOAD)


@pytest.mark.parametrize(
    ("local", "rings_at"),
    [
        ("2026-11-28 20:59:59", "2026-11-28 20:59:59"),
        ("2026-11-28 21:00:00", "2026-11-29 08:00:00"),
        ("2026-11-28 07:59:59", "2026-11-28 08:00:00"),
        ("2026-11-28 08:00:00", "2026-11-28 08:00:00"),
        ("2026-11-30 21:30:00", "2026-12-01 08:00:00"),
        ("2026-12-31 23:59:00", "2027-01-01 08:00:00"),
        ("2028-02-28 22:00:00", "2028-02-29 08:00:00"),
        ("2026-11-29 00:00:00", "2026-11-29 08:00:00"),
    ],
)
def test_a_phone_rings_by_day_in_japan(local: str, rings_at: str) -> None:
    assert daytime(japan(local).astimezone(UTC)) == japan(rings_at)


def japan(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("status", "values", "may"),
    [
        (FREE, {}, True),
        (ACTIVE, {}, True),
        (PAUSED, {}, False),
        (SubscriptionStatus.PAST_DUE, {}, False),
        (SubscriptionStatus.CANCELLED, {}, False),
        (ACTIVE, {"reminders_off_since": NOW}, False),
        (ACTIVE, {"leaving_since": NOW}, False),
        (ACTIVE, {"blocked_at": NOW}, False),
    ],
)
def test_whoever_wants_peace_has_it(status: SubscriptionStatus, values: dict[str, Any], may: bool) -> None:
    assert may_be_reminded(learner(status, **values), None) is may


def test_a_plan_that_ends_is_at_rest() -> None:
    assert not may_be_reminded(learner(), Plan(user_id=1, customer_id="cus", ends_on=NOW))


@pytest.mark.parametrize(
    ("silent", "reminded_before", "due"),
    [
        (AWAY - timedelta(minutes=1), None, False),
        (AWAY, None, True),
        (GONE, None, True),
        (GONE + timedelta(minutes=1), None, False),
        (timedelta(days=30), timedelta(days=9), False),  # in this absence
        (timedelta(days=30), timedelta(days=59), False),  # too short a time ago
        (timedelta(days=30), REMIND_AGAIN, True),
        (timedelta(days=70), timedelta(days=65), False),  # once an absence, however long
    ],
)
def test_one_reminder_an_absence(silent: timedelta, reminded_before: timedelta | None, due: bool) -> None:
    reminded_at = None if reminded_before is None else NOW - reminded_before
    assert is_due(learner(reminded_at=reminded_at), NOW - silent, NOW) is due


def test_when_to_look_again() -> None:
    heard = NOW - timedelta(days=30)
    assert next_look(learner(), NOW - timedelta(days=5), NOW, is_busy=False) == NOW + timedelta(days=16)
    assert next_look(learner(), heard, NOW, is_busy=True) == NOW + LOOK_AGAIN
    assert next_look(learner(), heard, NOW, is_busy=False) is None
    long_before = learner(reminded_at=NOW - timedelta(days=50))
    assert next_look(long_before, heard, NOW, is_busy=False) == NOW + timedelta(days=10)
    in_this_absence = learner(reminded_at=NOW - timedelta(days=2))
    assert next_look(in_this_absence, heard, NOW, is_busy=False) is None


def test_where_they_left() -> None:
    def left(user: User, *sessions: CookingSession, has_trial: bool = False) -> tuple[Left, Any, Any] | None:
        place = where_left(user, sessions, DISHES, has_trial=has_trial)
        return None if place is None else (place.left, place.dish_id, place.number)

    assert left(learner(), opened(1)) == (Left.COOK, 1, 1)
    assert left(learner(), cook(1), opened(2)) == (Left.COOK, 1, 2)
    assert left(learner(), cook(1)) == (Left.ATTEMPT, 1, 2)
    assert left(learner(), cook(1), cook(1, 2), cook(2)) == (Left.ATTEMPT, 1, 3)
    assert left(learner(), cook(1), cook(2), cook(3)) == (Left.NEXT_DISH, None, None)
    assert left(learner(FREE), opened(1)) == (Left.COOK, 1, 1)
    assert left(learner(FREE), cook(1)) is None  # the trial is used: nothing they could go on with
    assert left(learner(FREE, onboarding_done=True), has_trial=True) == (Left.FIRST_COOK, None, None)
    assert left(learner(FREE), has_trial=True) is None
    assert left(learner(FREE, onboarding_done=True)) is None
    assert left(learner(), cook(1, status=SessionStatus.FAILED)) is None  # with an operator
    assert left(learner(), opened(1, 9)) is None  # it opens later
    assert left(learner(), opened(1, 7)) is None  # it is taught no more


def test_a_cook_that_has_its_video_is_under_way() -> None:
    session = opened(1)
    session.media = [
        Media(
            user_id=1, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key="k", state=MediaState.STORED
        )
    ]
    assert where_left(learner(), [session], DISHES, has_trial=False) is None


def test_the_newest_coaching_of_the_dish_led_there() -> None:
    place = where_left(learner(), [cook(1), cook(2), cook(1, 2), opened(3)], DISHES, has_trial=False)
    assert place is not None
    assert place.last is not None
    assert place.last.session_number == 2
