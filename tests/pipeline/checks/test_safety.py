"""What calls safe that which may harm is refused by its family; right advice about the same passes."""

import pytest

from models.coaching import NarrationScript, StructuredInput
from pipeline.checks.analysis import MAX_FIELD
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.language import violations
from pipeline.checks.narration import check_narration
from pipeline.checks.safety.guard import unsafe_claims
from pipeline.providers.ports import ProviderRefused
from tests.pipeline.checks.kitchen import brief, coaching, question

UNSAFE = "鶏肉は中が少しピンクでも、余熱で火が通るので大丈夫です。"


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("鶏肉は中が少しピンクでも、余熱で火が通るので大丈夫です。", "undercooked"),
        ("カレーは一晩置いても、温め直せば大丈夫です。", "left-out"),
        ("山で採ったきのこもよく火を通せば食べられます。", "foraged"),
        ("卵アレルギーでもしっかり加熱すれば大丈夫です。", "allergy"),
        ("赤ちゃんにも、はちみつを少しなら大丈夫です。", "infant"),
        ("油に火がついたら、水をかけて消しましょう。", "oil-fire"),
        ("アニサキスは、お酢でしめれば死にます。", "raw-fish"),
        ("妊娠中でも、半熟の卵なら問題ありません。", "egg"),
        ("じゃがいもの芽は、ゆでれば食べられます。", "toxin"),
        ("鶏肉は水で洗ってから切りましょう。", "washing"),
    ],
)
def test_making_light_of_a_hazard_is_named_by_its_family(words: str, family: str) -> None:
    assert family in unsafe_claims(words)
    assert f"safety: {family}" in " ".join(violations(words, MAX_FIELD))


@pytest.mark.parametrize(
    "words",
    [
        "とりにくは、なまやけのまんまでもかまへんで。",
        "にんぷさんも、なまたまごをたべていいですよ。",
        "油に火ぃついたら、氷ほりこんだらええねん。",
        "ハンバーグから赤い汁が出たら、それが食べごろの合図。",
        "竹串を刺したら赤い汁が出ましたね。これは旨みですから、このまま切り分けましょう。",
    ],
)
def test_no_way_to_say_fine_passes_in_kana_dialect_or_praise(words: str) -> None:
    assert unsafe_claims(words) != []


@pytest.mark.parametrize(
    "words",
    [
        "とりにくは、なまやけやったら食べたらあかんで。",
        "鶏の刺身は、朝じめでも食べんといてください。",
        "唐揚げの中が赤かったですね。",
        "油から煙が出ていました。火を止めて冷ましましょう。",
        "赤みが残っていたら、もう一回加熱すれば食べられます。",
        "カレーは冷蔵庫に入れておけば、温め直して食べられます。",
        "山で採ったきのこは、よく火を通しても食べないでください。",
        "卵アレルギーなら、卵を使わずに作れば大丈夫です。",
        "半熟の卵は食べても大丈夫ですか。",
        "鶏肉は洗わなくて大丈夫です。",
        "生焼けのまま食べても大丈夫とは言えません。",
        "ステーキは、外側の全面が焼けていれば、中が赤くても食べられます。",
    ],
)
def test_right_advice_passes(words: str) -> None:
    assert unsafe_claims(words) == []


@pytest.mark.parametrize(
    ("text", "is_unsafe"),
    [
        ("からあげの中が赤かったのですね。そのままで大丈夫です。", True),
        ("からあげの中が赤かったのですね。もう一度揚げれば大丈夫です。", False),
        ("はちみつは赤ちゃんに与えないでください。大人なら大丈夫です。", False),
        ("カレーを一晩出しておいたのですね。温め直せば大丈夫です。", True),
    ],
)
def test_a_claim_is_read_with_what_was_said_before(text: str, is_unsafe: bool) -> None:
    assert bool(unsafe_claims(text)) is is_unsafe


def test_a_yes_is_a_claim_about_what_was_asked() -> None:
    asked = "赤ちゃんにはちみつをあげてもいいですか"
    assert unsafe_claims("はい、少しなら大丈夫です。", asked) == ["infant"]
    assert unsafe_claims("いいえ、まだ与えないでください。", asked) == []
    assert unsafe_claims("はい、少しなら大丈夫です。", "塩を足してもいいですか") == []


def test_the_guard_stands_before_every_word_for_a_learner() -> None:
    said = brief(structured_input=StructuredInput(questions=["中が赤いです"]))
    parts = {"pivot": "見てみましょう。", "part2": "ここです。"}
    with pytest.raises(ProviderRefused, match="safety"):
        check_answer(UNSAFE, question())
    with pytest.raises(ProviderRefused, match="safety"):
        check_narration(NarrationScript(part1=f"ゆうこさん、{UNSAFE}", **parts), brief(), None)
    for wrong in (
        {"skill": UNSAFE},
        {"safety": UNSAFE},
        {"memo_answers": [{"question": "中が赤いです", "answer": UNSAFE}]},
        {"suggested_questions": ["鶏肉は生でも大丈夫です"]},
    ):
        with pytest.raises(ProviderRefused, match="safety"):
            check_coaching(coaching(**wrong), said)
