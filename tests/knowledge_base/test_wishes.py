"""Which words wish for another dish, and which want no reminders."""

import pytest

from knowledge_base.catalogue import load
from knowledge_base.intents.dishes import NAMES, WishKind, dish_wish
from knowledge_base.intents.reminders import ReminderWish, reminder_wish
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
