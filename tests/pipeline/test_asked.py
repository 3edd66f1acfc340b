"""What is looked for first: last time's advice, as far as the learner has left it with us."""

from typing import Any

import pytest

from knowledge_base.catalogue import load
from models.coaching import CoachingText, OpenSkill, VideoAnalysis
from models.rules.history import Attempt
from pipeline.asked import asked_before
from pipeline.stage import LearnerPast
from services.redaction import MARK

FRIED_RICE, STEAK, SOUP = (load().dishes[slug] for slug in ("fried-rice", "beef-steak", "miso-soup"))
PAN = load().faults["pan_not_hot"]


def attempt(number: int, fault: str | None = PAN.code, **words: str) -> Attempt:
    said = {"mondaiten": "m", "skill": "s", "next_action": "音を待ちましょう。ほかは、いつもどおりに。"}
    said |= {"success_sign": "ジュッと鳴ります。", "stop_cue": "煙が見えたら止めましょう。"}
    look = VideoAnalysis(
        cooking_events=[], key_moment_timestamp="0:01", key_moment_seconds=1, diagnosis="d", fault=fault
    )
    return Attempt(number, look, CoachingText(**(said | words)))


def past(*attempts: Attempt, **values: Any) -> LearnerPast:
    return LearnerPast([], None, attempts, **values)


def test_it_is_what_the_text_before_asked_in_its_first_sentence() -> None:
    asked = asked_before(
        past(attempt(1), attempt(2, None, next_action="香りを待ちましょう。")), FRIED_RICE, 3
    )
    assert asked is not None
    assert (asked.action, asked.sign, asked.fault) == ("香りを待ちましょう。", "ジュッと鳴ります。", None)
    assert asked_before(past(attempt(1)), FRIED_RICE, 2).fault == PAN  # type: ignore[union-attr]


def test_nothing_was_asked_before_the_first_nor_by_an_attempt_that_is_gone() -> None:
    assert asked_before(past(), FRIED_RICE, 1) is None
    assert asked_before(past(attempt(1)), FRIED_RICE, 3) is None  # the second was taken back


def test_words_that_were_taken_back_are_not_quoted() -> None:
    gone = {"next_action": f"{MARK}のあとで入れましょう。", "success_sign": MARK, "stop_cue": MARK}
    asked = asked_before(past(attempt(1, **gone)), FRIED_RICE, 2)
    assert asked is not None
    assert (asked.action, asked.stop_cue) == (PAN.next_action, PAN.stop_cue)
    assert MARK not in asked.sign
    assert asked_before(past(attempt(1, None, **gone)), FRIED_RICE, 2) is None


@pytest.mark.parametrize(("dish", "is_looked_for"), [(STEAK, True), (SOUP, False)])
def test_what_stayed_open_is_looked_for_where_it_can_go_wrong(dish: Any, is_looked_for: bool) -> None:
    left = OpenSkill(skill=PAN.skill, fault=PAN.code, dish="fried-rice")
    asked = asked_before(past(open_skill=left), dish, 1)
    assert (asked is not None) is is_looked_for
    if asked is not None:
        assert (asked.earlier_dish, asked.action) == ("チャーハン", PAN.next_action)
    assert asked_before(past(open_skill=left), dish, 2) is None  # only in its first attempt
