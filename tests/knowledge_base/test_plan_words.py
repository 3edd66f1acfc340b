"""Which words are of the plan, counted on sentences that the signs were made for and on others; a danger goes before."""

import pytest

from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.plan import asks_of_plan, surely_asks_of_plan, tells_of_trouble
from knowledge_base.intents.recognition import safety_intent
from tests.knowledge_base.plan_sentences import (
    HARDER_OF_KITCHEN,
    HARDER_OF_PLAN,
    HELD_OUT_OF_KITCHEN,
    HELD_OUT_OF_PLAN,
    LAST_OF_KITCHEN,
    LAST_OF_PLAN,
    SEEN_OF_KITCHEN,
    SEEN_OF_PLAN,
)


def test_nine_of_ten_that_mean_the_plan_are_understood() -> None:
    meant = [*HELD_OUT_OF_PLAN, *HARDER_OF_PLAN, *LAST_OF_PLAN]
    missed = [text for text in meant if not asks_of_plan(text)]
    assert len(meant) == 135
    assert len(missed) <= 13, missed


def test_one_of_twenty_from_the_kitchen_at_most_is_taken_for_the_plan() -> None:
    said = [*HELD_OUT_OF_KITCHEN, *HARDER_OF_KITCHEN, *LAST_OF_KITCHEN]
    taken = [text for text in said if asks_of_plan(text)]
    assert len(said) == 135
    assert len(taken) <= 6, taken


def test_every_sentence_that_was_once_missed_or_taken_is_read_rightly() -> None:
    assert [text for text in SEEN_OF_PLAN if not asks_of_plan(text)] == []
    assert [text for text in SEEN_OF_KITCHEN if asks_of_plan(text)] == []


def test_none_from_the_kitchen_is_sure_enough_to_take_a_memos_place() -> None:
    kitchen = (*SEEN_OF_KITCHEN, *HELD_OUT_OF_KITCHEN, *HARDER_OF_KITCHEN, *LAST_OF_KITCHEN)
    assert [text for text in kitchen if surely_asks_of_plan(text) or tells_of_trouble(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "2回請求されています",
        "二重に払ってしまいました",
        "決済できませんでした",
        "引き落としができなかったみたいです",
        "支払いに失敗しました",
        "解約したのに請求が来ました",
        "お支払いしたのにまだ使えません",
        "身に覚えのない課金があります",
    ],
)
def test_money_that_went_wrong_is_trouble_even_while_a_memo_is_waited_for(text: str) -> None:
    assert tells_of_trouble(text)
    assert surely_asks_of_plan(text)


@pytest.mark.parametrize(
    "text",
    [
        "粉を払ったけど、きれいにできなかった",
        "火を消すのをやめたけど、気を取られた",
        "水気を払っても余分な水が多い",
        "支払い方法は？",
        "日割りで返金されますか",
    ],
)
def test_these_are_no_trouble(text: str) -> None:
    assert not tells_of_trouble(text)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("退会します、手が血だらけ", Intent.CUT),
        ("手が血だらけで解約したい", Intent.CUT),
        ("油に火がついた！プランを解約", Intent.FIRE),
        ("やけどした、2回請求されています", Intent.BURN),
        ("喉が詰まって息ができない、返金して", Intent.CHOKING),
    ],
)
def test_a_danger_goes_before_any_wish(text: str, danger: Intent) -> None:
    assert safety_intent(text) in EMERGENCIES
    assert safety_intent(text) is danger
    assert not asks_of_plan(text)
    assert not surely_asks_of_plan(text)
    assert not tells_of_trouble(text)


def test_a_name_is_no_wish_of_the_plan() -> None:
    names = (
        "やすみです",
        "やすみんと呼んで",
        "いくらちゃん",
        "プランちゃん",
        "りょうきちです",
        "かいとです",
        "けいやです",
    )
    assert [name for name in names if asks_of_plan(name)] == []


def test_meat_that_bleeds_is_no_danger() -> None:
    assert safety_intent("まな板が血だらけになりました") is None
