"""Cook of another day's wish: the dish that waits is not held against a learner who wants another, or none."""

from pathlib import Path

import pytest

from knowledge_base import phrasebook, wish_talk
from models.rules.next_step import Ask, next_step
from simulator.line.client import Learner
from tests.flows.steps import media_of, replies, send_video, session_once, words
from tests.flows.test_choosing_a_dish import dish_of
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"


@pytest.fixture
def waiting(shared: System) -> Learner:
    """Fried rice is chosen, its video is waited for."""
    learner = shared.learner(paying=True)
    pick(learner)
    return learner


def answer_to(learner: Learner, text: str) -> str:
    return words(replies(learner, lambda: learner.text(text)))


def test_another_dish_that_is_named_takes_the_place(shared: System, waiting: Learner) -> None:
    assert "ビーフステーキの1回目ですね" in answer_to(waiting, "今日はチャーハンじゃなくてステーキにします")
    (session,) = shared.sessions(waiting)
    assert dish_of(shared, session) == "beef-steak"


def test_with_no_dish_named_a_video_asks_which_and_goes_where_it_belongs(
    shared: System, waiting: Learner, clip: Path
) -> None:
    answer = answer_to(waiting, "今日はチャーハンじゃない")
    assert answer.startswith(wish_talk.ANOTHER)
    assert "ビーフステーキ" in answer
    (session,) = shared.sessions(waiting)
    assert dish_of(shared, session) == "fried-rice"  # it waits, until another is chosen
    sent = waiting.video(clip)
    waiting.wait_for_text(phrasebook.WHICH_DISH_VIDEO, WAIT)
    assert media_of(shared, sent).session_id is None
    replies(waiting, lambda: waiting.postback("action=dish&slug=pomodoro"))
    cook = session_once(shared, waiting, lambda session: session.video is not None)
    assert (dish_of(shared, cook), cook.id) == ("pomodoro", session.id)
    assert media_of(shared, sent).session_id == cook.id


def test_the_same_dish_may_be_chosen_after_all(shared: System, waiting: Learner, clip: Path) -> None:
    answer_to(waiting, "別の料理がいいです")
    pick(waiting, "fried-rice")
    send_video(waiting, clip)
    assert session_once(shared, waiting, lambda session: session.video is not None).other_dish_wished is False


def test_a_dish_of_a_later_month_is_told_kindly(shared: System, waiting: Learner) -> None:
    answer = answer_to(waiting, "今日は親子丼にする")
    assert answer.startswith(wish_talk.locked("親子丼", 4))
    assert "ビーフステーキ" in answer


def test_a_dish_that_is_not_taught_is_told_honestly(shared: System, waiting: Learner) -> None:
    assert answer_to(waiting, "今日はラザニアを作りたいです").startswith(wish_talk.UNKNOWN)


def test_no_cooking_today_is_fine_and_the_place_is_kept(shared: System, waiting: Learner, clip: Path) -> None:
    assert answer_to(waiting, "今日は作れないです") == wish_talk.NOT_TODAY
    send_video(waiting, clip)
    assert dish_of(shared, shared.session(waiting)) == "fried-rice"


def test_in_a_memo_the_same_words_tell_of_the_cook(shared: System, waiting: Learner, clip: Path) -> None:
    send_video(waiting, clip)
    memo = "今日はチャーハンじゃない"
    assert answer_to(waiting, memo).startswith(phrasebook.MEMO_TEXT_RECEIVED)
    session = shared.session(waiting)
    assert (session.voice_transcript, next_step(session).ask) == (memo, Ask.RATING)


def test_while_a_coaching_is_made_the_next_dish_waits(shared: System, waiting: Learner, clip: Path) -> None:
    send_video(waiting, clip)
    answer_to(waiting, "おいしくできました")
    answer = answer_to(waiting, "次はステーキを作りたいです")
    assert answer.startswith(phrasebook.COACHING_UNDER_WAY)
    assert dish_of(shared, shared.session(waiting)) == "fried-rice"
