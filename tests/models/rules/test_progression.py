"""What a coaching text changes in a learner's state, over one dish after another."""

from datetime import UTC, datetime

import pytest

from models import LearnerState, LearningVelocity, ProgressStatus, UserDishProgress
from models.coaching import CoachingText, FollowUp, FollowUpVerdict, OpenSkill, VideoAnalysis
from models.rules.progression import forget_footage, record_coaching

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SKILLS = ["moisture_control", "heat_management"]


class Cook:
    """A learner's state through one dish after another."""

    def __init__(self) -> None:
        self.state = LearnerState(user_id=1)
        self.progress = UserDishProgress(user_id=1, dish_id=1)

    def take(
        self,
        number: int,
        fault: str | None,
        dish: str = "fried-rice",
        action: str = "次は強火で。",
        *,
        follow_up: FollowUp | None = None,
        is_sure: bool = True,
        open_skill: OpenSkill | None = None,
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
                confidence="medium" if is_sure else "low",
                follow_up=follow_up,
            ),
            open_skill=open_skill,
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


LEFT = OpenSkill(skill="heat_management", fault="scorched", dish="fried-rice")


def test_a_third_that_nobody_could_judge_acquires_nothing() -> None:
    cook = Cook()
    cook.take(3, None, is_sure=False)
    assert (cook.state.skills_developing, cook.state.skills_acquired) == (SKILLS, [])


def test_what_a_dish_ends_without_stays_open_until_it_is_seen_to_work() -> None:
    cook = Cook()
    cook.take(3, "scorched", open_skill=LEFT)
    assert cook.state.open_skill == LEFT.model_dump()

    for verdict in (FollowUpVerdict.NOT_YET, FollowUpVerdict.NOT_VISIBLE, FollowUpVerdict.PARTLY):
        cook.take(1, None, dish="beef-steak", follow_up=FollowUp(verdict=verdict, fault="scorched"))
        assert cook.state.open_skill == LEFT.model_dump()
    another = FollowUp(verdict=FollowUpVerdict.SEEN, fault="egg_overcooked")
    cook.take(2, None, dish="beef-steak", follow_up=another)
    assert cook.state.open_skill == LEFT.model_dump()

    seen = FollowUp(verdict=FollowUpVerdict.SEEN, fault="scorched")
    cook.take(1, None, dish="beef-steak", follow_up=seen)
    assert cook.state.open_skill == {}


def test_a_dish_that_acquires_the_skill_closes_what_was_open() -> None:
    cook = Cook()
    cook.take(3, "scorched", open_skill=LEFT)
    cook.take(3, None, dish="beef-steak")
    assert cook.state.open_skill == {}


def test_footage_that_is_taken_back_leaves_only_that_it_was_cooked() -> None:
    cook = Cook()
    cook.take(1, "scorched")
    cook.take(1, "scorched", dish="beef-steak")
    cook.take(3, "egg_overcooked", open_skill=LEFT)

    forget_footage(cook.state, "fried-rice", 3)
    forget_footage(cook.state, "fried-rice", 1)

    assert [(each["dish"], each["fault"], each["key_issue"]) for each in cook.state.session_summaries] == [
        ("fried-rice", None, ""),
        ("beef-steak", "scorched", "診断"),
        ("fried-rice", None, ""),
    ]
    assert cook.state.recurring_mistakes == [{"mistake": "scorched", "seen_count": 1}]
    assert cook.state.open_skill == {}
