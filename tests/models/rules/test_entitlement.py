"""Who may cook which dish, and how often."""

import pytest

from models import CookingSession, Dish, SessionStatus, SubscriptionStatus, User
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.entitlement import (
    AttemptsUsed,
    DishLocked,
    PlanNeeded,
    PlanOver,
    PlanPaused,
    TrialUsed,
    months_open,
    next_session_number,
)


def learner(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, months_paid: int = 1) -> User:
    return User(
        id=1, line_user_id="U1", first_name="ゆうこ", subscription_status=status, months_paid=months_paid
    )


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
        assert next_session_number(learner(), dish(), [cook(n + 1) for n in range(count)]) == count + 1
    with pytest.raises(AttemptsUsed):
        next_session_number(learner(), dish(), [cook(n) for n in (1, 2, 3)])


def test_a_free_learner_has_one_trial_over_all_dishes() -> None:
    free = learner(SubscriptionStatus.FREE)
    assert next_session_number(free, dish(), []) == 1
    with pytest.raises(TrialUsed):
        next_session_number(free, dish(2), [cook(1)])


def test_a_session_that_waits_for_its_video_spends_nothing() -> None:
    waiting = CookingSession(user_id=1, dish_id=1, session_number=1)
    assert next_session_number(learner(SubscriptionStatus.FREE), dish(2), [waiting]) == 1


@pytest.mark.parametrize("state", [MediaState.REJECTED, MediaState.WITHDRAWN, MediaState.PURGED])
def test_a_video_that_cannot_be_used_or_was_taken_back_spends_nothing(state: MediaState) -> None:
    waiting = CookingSession(user_id=1, dish_id=1, session_number=1)
    waiting.media = [video(state)]
    assert next_session_number(learner(SubscriptionStatus.FREE), dish(2), [waiting]) == 1


@pytest.mark.parametrize("state", [MediaState.OWED, MediaState.STORED])
def test_a_video_that_has_come_spends_the_trial(state: MediaState) -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1)
    session.media = [video(state)]
    with pytest.raises(TrialUsed):
        next_session_number(learner(SubscriptionStatus.FREE), dish(2), [session])


def test_a_failed_session_without_coaching_may_be_cooked_again() -> None:
    free = learner(SubscriptionStatus.FREE)
    assert next_session_number(free, dish(), [cook(1, status=SessionStatus.FAILED)]) == 1


def test_a_later_months_dish_opens_with_the_month_that_is_paid() -> None:
    with pytest.raises(DishLocked):
        next_session_number(learner(months_paid=1), dish(month=2), [])
    assert next_session_number(learner(months_paid=2), dish(month=2), []) == 1


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_what_was_bought_stays_open_to_be_read(status: SubscriptionStatus) -> None:
    assert months_open(learner(status, months_paid=0)) == 1
    assert months_open(learner(status, months_paid=3)) == 3


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (SubscriptionStatus.FREE, TrialUsed),
        (SubscriptionStatus.PAUSED, PlanPaused),
        (SubscriptionStatus.CANCELLED, PlanOver),
    ],
)
def test_who_does_not_pay_cooks_no_more_and_is_told_why(
    status: SubscriptionStatus, refusal: type[PlanNeeded]
) -> None:
    with pytest.raises(refusal):
        next_session_number(learner(status, months_paid=3), dish(month=3), [cook(1)])


def test_a_learner_whose_card_bounced_keeps_cooking() -> None:
    assert next_session_number(learner(SubscriptionStatus.PAST_DUE), dish(), [cook(1)]) == 2
