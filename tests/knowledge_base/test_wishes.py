"""Which words wish for another dish, and which want no reminders."""

import pytest

from knowledge_base import away_talk, wish_talk
from knowledge_base.catalogue import load
from knowledge_base.intents.dishes import NAMES, WishKind, dish_wish
from knowledge_base.intents.reminders import ReminderWish, reminder_wish
from line.limits import MAX_LABEL
from pipeline.checks.amounts import measurements
from tests.knowledge_base.wish_sentences import (
    BRINGS_REMINDERS,
    ENDS_REMINDERS,
    NO_WISHES,
    NO_WORDS_OF_REMINDERS,
    WISHES,
)


def told(text: str) -> str | None:
    wish = dish_wish(text)
    return None if wish is None else f"{wish.kind}:{wish.slug}".rstrip(":")


def test_wishes_are_understood() -> None:
    assert [(text, kind, told(text)) for text, kind in WISHES.items() if told(text) != kind] == []


def test_nothing_else_is_a_wish() -> None:
    assert [(text, told(text)) for text in NO_WISHES if told(text)] == []


def test_reminders_are_ended_and_brought_back_by_words() -> None:
    assert [text for text in ENDS_REMINDERS if reminder_wish(text) is not ReminderWish.OFF] == []
    assert [text for text in BRINGS_REMINDERS if reminder_wish(text) is not ReminderWish.ON] == []
    assert [text for text in NO_WORDS_OF_REMINDERS if reminder_wish(text)] == []


def test_every_dish_has_names_and_its_own_is_one() -> None:
    dishes = load().dishes
    assert set(NAMES) == set(dishes)
    for slug, dish in dishes.items():
        wish = dish_wish(f"今日は{dish.name_ja}を作りたいです")
        assert wish is not None
        assert (wish.kind, wish.slug) == (WishKind.COOK, slug)


@pytest.mark.parametrize("text", ["油に火がついた！今日は作らない", "指を切った。今日はチャーハンじゃない"])
def test_a_danger_goes_before(text: str) -> None:
    assert dish_wish(text) is None


def test_what_is_said_is_polite_fits_and_measures_nothing() -> None:
    words = [
        away_talk.reminder("ゆうこさん", away_talk.to_try("チャーハン", 1, "長い" * 400)),
        away_talk.reminder("シェフ", away_talk.chosen("チャーハン", 1)),
        away_talk.reminder("ゆうこさん", away_talk.cooked("チャーハン", 2)),
        away_talk.reminder("ゆうこさん", away_talk.dish_done("チャーハン")),
        away_talk.reminder("ゆうこさん", away_talk.FIRST_COOK),
        away_talk.last_time(1, "すぐにご飯を入れてください。"),
        *(away_talk.OFF, away_talk.ON, away_talk.LAST_RESULT, away_talk.NO_RESULT),
        *(wish_talk.ANOTHER, wish_talk.UNKNOWN, wish_talk.NOT_TODAY, wish_talk.locked("親子丼", 4)),
    ]
    for each in words:
        assert measurements(each) == []
        assert each.rstrip("。").endswith(("ます", "です", "ね", "か", "どうぞ", "でした"))
        assert len(each) <= 1_500  # of an alternative text
    for label in (
        away_talk.GO_ON_LABEL,
        away_talk.CHOOSE_LABEL,
        away_talk.OFF_LABEL,
        away_talk.LAST_RESULT_LABEL,
    ):
        assert len(label) <= MAX_LABEL


def test_of_what_was_asked_last_time_the_one_step_is_quoted() -> None:
    """Who comes back needs what to do, not all that was said around it."""
    asked = "火を止めてから味噌を溶きましょう。ほかは、いつもどおりに作りましょう。"
    for words in (away_talk.to_try("味噌汁", 1, asked), away_talk.last_time(1, asked)):
        assert "「火を止めてから味噌を溶きましょう」" in words
        assert "ほかは" not in words
