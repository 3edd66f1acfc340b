"""What of a memo is quoted, how feelings are answered, and what a remark is about."""

import pytest

from knowledge_base.catalogue import load
from models.coaching import StructuredInput
from pipeline.providers.offline import phrases
from pipeline.providers.offline.coaching_text import coaching_text
from pipeline.providers.offline.feelings import feeling_of
from pipeline.providers.offline.remarks import quotation
from pipeline.providers.offline.ties import is_about
from tests.pipeline.offline.kitchen import coaching_brief


@pytest.mark.parametrize(
    ("remark", "quoted"),
    [
        ("米がべちゃっとした", "米がべちゃっとした"),
        ("煙が出て", "煙が出た"),
        ("味が薄くて", "味が薄かった"),
        ("音が出なくて", "音が出なかった"),
        ("動きがばらばらで", "動きがばらばらだった"),
        ("衣がはがれたんですけど", "衣がはがれた"),
        ("焦げちゃって悔しい", "焦げちゃった"),
        ("ソースが水っぽくて残念だった", "ソースが水っぽかった"),
        ("味が濃すぎたかも", "味が濃すぎた"),
        ("うまく巻けず", "うまく巻けなかった"),
        ("ベチャベチャになっちゃって悲しい", "ベチャベチャになっちゃった"),
        ("中が生焼けで怖かった", "中が生焼けだった"),
        ("悔しかった", ""),
        ("味が残念だった", ""),  # nothing is said of the taste but a feeling
        ("とても疲れた", ""),
        ("指を切ってしまった", ""),
        ("5分で焦げた", ""),
        ("ご飯が", ""),
        ("大失敗でした", ""),  # the checks refuse it, whoever says it
        ("田中さんが焦がした", ""),
    ],
)
def test_a_quotation_ends_where_its_meaning_ends(remark: str, quoted: str) -> None:
    assert quotation(remark) == quoted


def test_of_a_long_remark_the_part_that_says_it_is_quoted() -> None:
    long = "途中までは順調に進んでいると思っていたんですけど、最後に焦げてしまいました"
    assert quotation(long) == "最後に焦げてしまいました"


@pytest.mark.parametrize(
    ("said", "state", "feeling"),
    [
        ("今日は悔しかったです", "", "悔しい"),
        ("へこみました", "", "落ち込み"),
        ("", "少しがっかりしている", "落ち込み"),
        ("", "疲れ", "疲れ"),
        ("不安はなかったです", "", ""),
        ("自信がないです", "", "不安"),
        ("大変おいしかったです", "", ""),
        ("片付けが大変でした", "", "疲れ"),
        ("少し辛かったです", "", ""),
        ("つらかったです", "", "落ち込み"),
        ("うまく焼けました", "", ""),
    ],
)
def test_a_feeling_is_heard(said: str, state: str, feeling: str) -> None:
    memo = StructuredInput(emotional_state=state)
    assert feeling_of(coaching_brief(transcript=said, structured_input=memo)) == feeling


@pytest.mark.parametrize("feeling", sorted(phrases.FEELINGS))
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_feeling_is_answered_before_anything_is_praised(feeling: str, number: int) -> None:
    memo = StructuredInput(emotional_state=feeling, identified_issues=["悔しかった"])
    text = coaching_text(coaching_brief(session_number=number, structured_input=memo))

    assert text.praise.startswith(f"美咲さん、{phrases.FEELINGS[feeling][number - 1]}")
    assert "「悔しかった」" not in text.praise + text.mondaiten


@pytest.mark.parametrize(
    ("remark", "code", "dish", "is_its_own"),
    [
        ("煙がすごく出た", "oil_smoking", "fried-rice", True),
        ("煙が出た", "unsafe_knife_hand", "ginger-pork", False),
        ("煙でいっぱいになった", "oil_smoking", "fried-rice", True),
        ("皿が割れた", "patty_cracked", "hamburg-steak", False),
        ("ハンバーグが割れた", "patty_cracked", "hamburg-steak", True),
        ("テレビの音が出なかった", "pan_not_hot", "fried-rice", False),
        ("卵が固まった", "rice_clumped", "fried-rice", False),
        ("卵が固まった", "egg_set_early", "fried-rice", True),
        ("ソースが水っぽい", "overcrowded_pan", "gyoza", False),
        ("油がはねた", "too_oily", "gyoza", False),
        ("くっついてはがれなかった", "egg_layers_dry", "rolled-omelet", False),
        ("お肉が焦げた", "charring_high_heat", "curry-rice", True),
    ],
)
def test_a_remark_is_about_a_fault_by_its_words_and_of_its_things(
    remark: str, code: str, dish: str, is_its_own: bool
) -> None:
    assert is_about(remark, load().faults[code], load().dishes[dish]) is is_its_own
