"""Only the learner is called by name; whoever is named by what they are is nobody in particular."""

import pytest

from knowledge_base import phrasebook
from pipeline.checks.names import wrong_names


@pytest.mark.parametrize(
    "who",
    [
        "お医者",
        "お客",
        "店員",
        "豆腐屋",
        "お隣",
        "おばあ",
        "お姉",
        "旦那",
        "息子",
        "農家",
        "皆",
        "みな",
        "お母",
        "奥",
        "近所の八百屋",
        "かかりつけのお医者",
        "漁師",
        "料理人",
        "お孫",
        "妊婦",
        "ラーメン屋",
    ],
)
def test_kin_trades_and_everybody_are_no_names(who: str) -> None:
    for words in (f"{who}さん、", f"{who}さんは喜びます。", f"今日は{who}さんに聞きましょう。"):
        assert wrong_names(words, "ゆうこ") == []


@pytest.mark.parametrize("who", ["田中", "土屋", "花子", "正人", "ケン", "Emily", "シェフ"])
def test_another_name_is_refused(who: str) -> None:
    assert wrong_names(f"{who}さん、火を弱めましょう。", "ゆうこ")
    assert wrong_names(f"よくできました、{who}さん。", "ゆうこ")


def test_who_has_told_no_name_is_called_without_san() -> None:
    assert wrong_names("シェフ、火を弱めましょう。", phrasebook.NAMELESS) == []
    assert wrong_names("シェフさん、火を弱めましょう。", phrasebook.NAMELESS)
    assert phrasebook.welcome(phrasebook.NAMELESS).startswith("シェフ、")


@pytest.mark.parametrize(
    "words",
    [
        "まみゆさん、こんにちは。",
        "みゆ君、いいですね。",
        "小林さん今日も上手です。",
        "小林さん家の味ですね。",
    ],
)
def test_a_longer_name_another_title_and_a_name_without_a_mark_are_refused(words: str) -> None:
    assert wrong_names(words, "みゆ") != []


@pytest.mark.parametrize(
    "words", ["おあげさんがふっくらです。", "おいもさんがほくほくです。", "今日はみゆさんの番です。"]
)
def test_food_with_san_is_nobody(words: str) -> None:
    assert wrong_names(words, "みゆ") == []
