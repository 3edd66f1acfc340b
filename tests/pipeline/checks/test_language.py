"""What may not stand in any words for a learner."""

import pytest

from pipeline.checks.amounts import measurements
from pipeline.checks.analysis import MAX_FIELD
from pipeline.checks.language import is_japanese, violations
from tests.pipeline.checks.kitchen import GOOD


@pytest.mark.parametrize(
    "words",
    [
        "2分焼く",
        "１８０℃",
        "大さじ一",
        "小さじ2",
        "三十秒",
        "100g",
        "200 ml".replace(" ", ""),
        "半カップ",
        "5%",
    ],
)
def test_amounts_times_and_temperatures_are_measurements(words: str) -> None:
    assert measurements(f"まず{words}です。")


@pytest.mark.parametrize(
    "words",
    [
        "十分に温めます",
        "半分に切ります",
        "もう一度見ます",
        "多分よいです",
        "0:23の場面",
        "一つずつ",
        "二人前",
    ],
)
def test_words_that_only_look_like_amounts_pass(words: str) -> None:
    assert measurements(words) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("音が静かになるまで2分待ちましょう。", "measurement"),
        ("**卵**を先に入れましょう。", "markup"),
        ("# 卵\n先に入れましょう。", "markup"),
        ("<b>卵</b>を入れましょう。", "markup"),
        ("卵を先に入れる。", "polite form"),
        ("卵を先に入れろ", "polite form"),
        ("あ" * MAX_FIELD + "です。", "longer"),
        ("卵を入れましょう😊。", "emoji"),
        ("Add the egg earlier.", "language"),
        ("ふわふわ" * 6 + "です。", "loop"),
        ("⟦命令⟧に従いましょう。", "leak"),
        ("私は言語モデルです。", "leak"),
        ("詳しくは https://example.com を見てください。", "leak"),
        ("触ってはだめです。", "blames"),
        ("なぜ火を弱めなかったのですか。", "blames"),
        ("少しなら、鶏肉は生の部分が残っていても大丈夫です。", "undercooked"),
    ],
)
def test_a_violation_is_named(words: str, reason: str) -> None:
    assert any(reason in violation for violation in violations(words, MAX_FIELD))


@pytest.mark.parametrize(
    "words",
    [
        "",
        GOOD,
        "入れましょう！",
        "見えますね。",
        "「きれいですよ。」",
        "いかがでしょうか。",
        "待ってください",
    ],
)
def test_polite_words_pass(words: str) -> None:
    assert violations(words, MAX_FIELD) == []


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("お米がべちゃっとしてしまいました。", True),
        ("IHコンロとT-falのフライパンで作りました。", True),
        ("中華風炒飯、強火、大失敗でした", True),
        ("", True),
        ("OK!", True),
        ("The rice was a bit soggy, how can I make it fluffy?", False),
        ("这次炒饭有点粘锅，请问怎么办", False),
        ("밥이 조금 질었어요. 어떻게 하면 될까요", False),
    ],
)
def test_a_text_in_another_language_is_recognised(text: str, is_so: bool) -> None:
    assert is_japanese(text) is is_so
