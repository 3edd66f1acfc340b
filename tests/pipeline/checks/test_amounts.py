"""Amounts in every spelling are measurements; ordinals, ways of cutting and figures of speech are none."""

import pytest

from pipeline.checks.amounts import measurements


@pytest.mark.parametrize(
    "words",
    [
        "ひとつまみ",
        "1対1",
        "一対二",
        "3:1",
        "倍の水",
        "大匙",
        "大さじ一",
        "2周",
        "ワンカップ",
        "2個",
        "半日",
        "一晩",
        "おたま2杯",
        "コップ一杯",
        "数分",
        "ふたつまみ",
        "弱火で10分",
        "一センチ角",
        "５ミリ",
        "二、三分",
        "2〜3分",
        "½カップ",
        "百八十度",
        "８０度",
        "三分の一",
        "七割",
        "同量",
        "ひとかけ",
        "数滴",
        "600W",
        "十分ほど",
        "三杯",
    ],
)
def test_these_are_amounts(words: str) -> None:
    assert measurements(f"{words}です。")


@pytest.mark.parametrize(
    "words",
    [
        "二度揚げ",
        "七分どおり",
        "四分割",
        "三等分",
        "一、二度",
        "一口大",
        "一品",
        "もう一度",
        "二人分",
        "三枚おろし",
        "一緒",
        "一番",
        "二つに割る",
        "3回目",
        "一回目",
        "0:41",
        "一枚ずつ",
        "半分",
        "十分",
        "五分五分",
        "何度も",
        "何倍も",
        "一気",
        "一瞬",
        "ひと呼吸",
        "二枚貝",
        "1対1のトーク",
        "温度",
        "119番",
        "一歳",
    ],
)
def test_these_are_none(words: str) -> None:
    assert measurements(f"{words}です。") == []


def test_a_time_that_warns_may_be_said() -> None:
    assert measurements("鍋のまま一晩置かないでください。") == []
    assert measurements("鍋のまま一晩置きましょう。") == ["一晩"]
    assert measurements("やけどは、流水で二十分ほど冷やしてください。") == []


@pytest.mark.parametrize(
    "words",
    [
        "弱火でじゅっぷん煮ましょう。",
        "ひゃくはちじゅうどに温めます。",
        "卵をさんこ割りほぐします。",
        "じゃがいもを四つ用意します。",
        "お米を二合研ぎます。",
        "お肉を1ポンド使います。",
        "冷蔵庫で丸一日なじませます。",
        "ゆっくり十数える間待ちます。",
        "お酒を一杯半入れます。",
    ],
)
def test_an_amount_in_kana_or_an_old_measure_is_one(words: str) -> None:
    assert measurements(words) != []


@pytest.mark.parametrize(
    "words", ["十割そばですね。", "三杯酢がよく合います。", "さんまをのせたごはんです。"]
)
def test_what_only_begins_like_a_number_is_no_amount(words: str) -> None:
    assert measurements(words) == []
