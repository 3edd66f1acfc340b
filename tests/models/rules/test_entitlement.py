"""Who may cook which dish, and how often."""

from datetime import UTC, datetime, timedelta

import pytest

from models import CookingSession, Dish, SessionStatus, SubscriptionStatus, User
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.entitlement import AttemptsUsed, DishLocked, TrialUsed, months_open, next_session_number

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def learner(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, joined: datetime = NOW) -> User:
    return User(id=1, line_user_id="U1", first_name="ゆうこ", subscription_status=status, created_at=joined)


def dish(number: int = 1, month: int = 1) -> Dish:
    return Dish(
        id=number,
        slug=f"d{number}",
        name_ja="料理",
        name_en="dish",
        description_ja="",
        month_unlocked=month,
        order=1,
    )


def cook(number: int, dish_id: int = 1, status: SessionStatus = SessionStatus.COMPLETED) -> CookingSession:
    """One that has a video."""
    session = CookingSession(
        user_id=1, dish_id=dish_id, session_number=number, status=status,
        coaching_text={} if status == SessionStatus.FAILED else {"mondaiten": "…"},
    )  # fmt: skip
    session.media = [video(MediaState.STORED)]
    return session


def video(state: MediaState) -> Media:
    return Media(
        user_id=1, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key="videos/1.mp4", state=state
    )


def test_a_paying_learner_cooks_a_dish_three_times_and_no_more() -> None:
    for count in range(3):
        assert next_session_number(learner(), dish(), [cook(n + 1) for n in range(count)], NOW) == count + 1
    with pytest.raises(AttemptsUsed):
        next_session_number(learner(), dish(), [cook(n) for n in (1, 2, 3)], NOW)


def test_a_free_learner_has_one_trial_over_all_dishes() -> None:
    free = learner(SubscriptionStatus.FREE)
    assert next_session_number(free, dish(), [], NOW) == 1
    with pytest.raises(TrialUsed):
        next_session_number(free, dish(2), [cook(1)], NOW)


def test_a_session_that_waits_for_its_video_spends_nothing() -> None:
    waiting = CookingSession(user_id=1, dish_id=1, session_number=1)
    assert next_session_number(learner(SubscriptionStatus.FREE), dish(2), [waiting], NOW) == 1


@pytest.mark.parametrize("state", [MediaState.REJECTED, MediaState.WITHDRAWN, MediaState.PURGED])
def test_a_video_that_cannot_be_used_or_was_taken_back_spends_nothing(state: MediaState) -> None:
    waiting = CookingSession(user_id=1, dish_id=1, session_number=1)
    waiting.media = [video(state)]
    assert next_session_number(learner(SubscriptionStatus.FREE), dish(2), [waiting], NOW) == 1


@pytest.mark.parametrize("state", [MediaState.OWED, MediaState.STORED])
def test_a_video_that_has_come_spends_the_trial(state: MediaState) -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1)
    session.media = [video(state)]
    with pytest.raises(TrialUsed):
        next_session_number(learner(SubscriptionStatus.FREE), dish(2), [session], NOW)


def test_a_failed_session_without_coaching_may_be_cooked_again() -> None:
    free = learner(SubscriptionStatus.FREE)
    assert next_session_number(free, dish(), [cook(1, status=SessionStatus.FAILED)], NOW) == 1


def test_a_later_months_dish_opens_when_the_learner_has_been_here_that_long() -> None:
    with pytest.raises(DishLocked):
        next_session_number(learner(joined=NOW - timedelta(days=29)), dish(month=2), [], NOW)
    assert next_session_number(learner(joined=NOW - timedelta(days=31)), dish(month=2), [], NOW) == 1


def test_months_count_from_the_day_of_joining_and_only_while_paying() -> None:
    assert months_open(learner(joined=datetime(2026, 10, 22, tzinfo=UTC)), NOW) == 2
    assert months_open(learner(joined=datetime(2026, 10, 23, tzinfo=UTC)), NOW) == 1
    assert (
        months_open(learner(SubscriptionStatus.CANCELLED, joined=datetime(2025, 1, 1, tzinfo=UTC)), NOW) == 1
    )
    assert (
        months_open(learner(SubscriptionStatus.PAST_DUE, joined=datetime(2026, 9, 22, tzinfo=UTC)), NOW) == 3
    )
