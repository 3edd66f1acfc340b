"""A learner arrives, leaves, comes back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import RoomType
from models.user import User
from simulator.line.client import Learner
from tests.flows.steps import cook, handled_event, replies, wait_for_words, words
from tests.system import WAIT, System, dish_action, pick

PAUSED_AT = "narration"


def dishes(learner: Learner) -> list[str]:
    """The dishes on the newest carousel."""
    learner.wait_for(dish_action("fried-rice"), WAIT, what="a carousel")
    return [str(action["data"]) for action in learner.thread().of_type("flex")[-1].actions()]


def first_name(system: System, learner: Learner) -> str:
    with system.database.transaction() as db:
        return db.exec(select(User.first_name).where(User.line_user_id == learner.user_id)).one()


def test_a_follower_is_welcomed_by_name_with_the_dishes_of_the_first_month(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    welcome = replies(learner, learner.follow)
    assert words(welcome).startswith(phrasebook.welcome("ゆうこ"))
    assert dishes(learner) == [
        "action=dish&slug=fried-rice",
        "action=dish&slug=beef-steak",
        "action=dish&slug=pomodoro",
    ]
    assert {bubble.sender_name for bubble in welcome} == {phrasebook.SENDER_NAMES[RoomType.COACHING]}


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("ゆうこさん", "ゆうこ"),
        ("🍳ゆうこ🍳", "ゆうこ"),
        ("ゆうこ\nです{name}", "ゆうこ です name"),
        ("🍳🔥", phrasebook.NAMELESS),
        ("さん", phrasebook.NAMELESS),
        ("Ｙｕｋｏ", "Yuko"),
        ("寿限無" * 30, ("寿限無" * 7)[:20]),
    ],
)
def test_a_learner_is_called_what_can_be_said_of_their_name(
    shared: System, display_name: str, name: str
) -> None:
    learner = shared.desk.learner(display_name)
    assert words(replies(learner, learner.follow)).startswith(f"{phrasebook.address(name)}、はじめまして。")
    assert first_name(shared, learner) == name


def test_without_a_profile_the_learner_is_welcomed_all_the_same(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    shared.desk.fault("profile", status=404, message="Not found", user_id=learner.user_id)
    assert words(replies(learner, learner.follow)).startswith(phrasebook.welcome(phrasebook.NAMELESS))


@pytest.mark.parametrize("status", [500, 429])
def test_a_name_that_could_not_be_asked_for_is_asked_for_at_the_next_event(
    shared: System, status: int
) -> None:
    learner = shared.desk.learner("ゆうこ")
    shared.desk.fault("profile", status=status, times=1, user_id=learner.user_id)
    assert words(replies(learner, learner.follow)).startswith(phrasebook.welcome(phrasebook.NAMELESS))
    replies(learner, learner.sticker)
    assert first_name(shared, learner) == "ゆうこ"


def test_a_name_that_line_does_not_tell_is_asked_for_again_a_day_later(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    shared.desk.fault("profile", status=404, message="Not found", times=1, user_id=learner.user_id)
    replies(learner, learner.follow)
    replies(learner, learner.sticker)
    assert first_name(shared, learner) == phrasebook.NAMELESS
    with shared.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        user.name_asked_at = utc_now() - timedelta(days=1, minutes=1)
        db.add(user)
    replies(learner, learner.sticker)
    assert first_name(shared, learner) == "ゆうこ"


def test_a_learner_whose_follow_never_came_is_taken_in_by_their_first_message(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    assert phrasebook.STICKER_RECEIVED in words(replies(learner, learner.sticker))
    assert len(dishes(learner)) == 3
    assert first_name(shared, learner) == "ゆうこ"


def test_a_late_follow_of_a_learner_at_work_does_not_start_over(shared: System) -> None:
    learner = shared.desk.learner("ゆうこ")
    learner.sticker()
    learner.wait_for(dish_action("fried-rice"), WAIT)
    pick(learner)
    again = words(replies(learner, learner.follow))
    assert again.startswith(phrasebook.welcome_back("ゆうこ"))
    assert phrasebook.ASK_VIDEO in again


def test_who_unblocks_is_welcomed_back_to_where_they_were(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    event = handled_event(shared, learner, learner.block())
    assert event.outcome == "unfollow"
    back = words(replies(learner, learner.unblock))
    assert back == f"{phrasebook.welcome_back('ゆうこ')}\n{phrasebook.ASK_VIDEO}"


def test_who_unblocks_before_any_dish_sees_the_dishes_again(shared: System) -> None:
    learner = shared.learner()
    handled_event(shared, learner, learner.block())
    back = words(replies(learner, learner.unblock))
    assert phrasebook.welcome_back("ゆうこ") in back
    assert len(dishes(learner)) == 3


def test_a_second_learner_is_not_confused_with_the_first(shared: System, clip: Path) -> None:
    one, other = shared.learner("はな"), shared.learner("けん")
    cook(one, clip)
    assert wait_for_words(one, "はなさん、おつかれさまでした")
    assert other.thread().find("おつかれさまでした") is None
    assert shared.sessions(other) == []
