"""What a coaching text changes in a learner's state, over one dish after another."""

from datetime import UTC, datetime

import pytest

from models import LearnerState, LearningVelocity, ProgressStatus, UserDishProgress
from models.coaching import CoachingText, VideoAnalysis
from models.rules.progression import record_coaching

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SKILLS = ["moisture_control", "heat_management"]


class Cook:
    """A learner's state through one dish after another."""

    def __init__(self) -> None:
        self.state = LearnerState(user_id=1)
        self.progress = UserDishProgress(user_id=1, dish_id=1)

    def take(
        self, number: int, fault: str | None, dish: str = "fried-rice", action: str = "次は強火で。"
    ) -> None:
        record_coaching(
            self.state,
            self.progress,
            dish_slug=dish,
            dish_skills=SKILLS,
            session_number=number,
            analysis=VideoAnalysis(
                cooking_events=[],
                key_moment_timestamp="0:01",
                key_moment_seconds=1,
                diagnosis="診断",
                fault=fault,
            ),
            coaching=CoachingText(
                mondaiten="m", skill="s", next_action=action, success_sign="s", praise="ほめる"
            ),
            now=NOW,
        )


def test_every_session_leaves_a_summary() -> None:
    cook = Cook()
    cook.take(1, "egg_overcooked")
    cook.take(2, None)
    assert [(s["session"], s["key_issue"], s["key_progress"]) for s in cook.state.session_summaries] == [
        (1, "診断", "ほめる"),
        (2, "", "ほめる"),
    ]


def test_the_same_mistake_is_counted_once_a_session() -> None:
    cook = Cook()
    for number, fault in ((1, "egg_overcooked"), (2, "scorched"), (3, "egg_overcooked")):
        cook.take(number, fault)
    assert cook.state.recurring_mistakes == [
        {"mistake": "egg_overcooked", "seen_count": 2},
        {"mistake": "scorched", "seen_count": 1},
    ]


def test_skills_develop_from_the_first_session_and_are_acquired_by_a_clean_third() -> None:
    cook = Cook()
    cook.take(1, "egg_overcooked")
    assert (cook.state.skills_developing, cook.state.skills_acquired) == (SKILLS, [])
    cook.take(2, None)
    assert (cook.state.skills_developing, cook.state.skills_acquired) == (SKILLS, [])
    cook.take(3, None)
    assert (cook.state.skills_developing, cook.state.skills_acquired) == ([], SKILLS)


def test_a_third_session_with_a_fault_leaves_the_skills_developing() -> None:
    cook = Cook()
    for number in (1, 2, 3):
        cook.take(number, "scorched")
    assert (cook.state.skills_developing, cook.state.skills_acquired) == (SKILLS, [])


@pytest.mark.parametrize(
    ("faults", "velocity"),
    [
        (["a"], LearningVelocity.STEADY),
        ([None], LearningVelocity.STEADY),
        (["a", None], LearningVelocity.FAST),
        (["a", "b"], LearningVelocity.STEADY),
        (["a", "a"], LearningVelocity.SLOW),
        (["a", "a", "a"], LearningVelocity.PLATEAU),
        (["a", "b", "b"], LearningVelocity.SLOW),
    ],
)
def test_velocity_is_read_off_the_dishs_attempts(
    faults: list[str | None], velocity: LearningVelocity
) -> None:
    cook = Cook()
    for number, fault in enumerate(faults, start=1):
        cook.take(number, fault)
    assert cook.state.learning_velocity == velocity


def test_another_dish_starts_its_own_count_of_repeats() -> None:
    cook = Cook()
    cook.take(1, "scorched")
    cook.take(1, "scorched", dish="beef-steak")
    assert cook.state.learning_velocity == LearningVelocity.STEADY


def test_the_next_focus_fits_its_column() -> None:
    cook = Cook()
    cook.take(1, "scorched", action="あ" * 300)
    assert cook.state.next_focus == "あ" * 200


def test_the_next_dish_is_ready_after_a_clean_second_or_any_third() -> None:
    cook = Cook()
    cook.take(1, None)
    assert not cook.state.ready_for_next_dish
    cook.take(2, "scorched")
    assert not cook.state.ready_for_next_dish
    cook.take(2, None)
    assert cook.state.ready_for_next_dish
    cook.take(3, "scorched")
    assert cook.state.ready_for_next_dish


def test_progress_starts_with_the_first_and_completes_with_the_third() -> None:
    cook = Cook()
    cook.take(1, "scorched")
    assert (cook.progress.status, cook.progress.started_at) == (ProgressStatus.IN_PROGRESS, NOW)
    cook.take(3, "scorched")
    assert (cook.progress.status, cook.progress.completed_at) == (ProgressStatus.COMPLETED, NOW)
