"""A card about raw meat begins with it, whichever coach wrote it."""

from dataclasses import replace

import pytest

from knowledge_base.catalogue import load
from knowledge_base.prompts import prompt
from models.coaching import StructuredInput
from pipeline.checks.coaching import check_coaching
from pipeline.checks.raw_meat import needs_warning, warns_first
from pipeline.providers.ports import CoachingBrief, ProviderRefused
from tests.pipeline.checks.kitchen import analysis, brief, coaching

WARNING = "その肉はまだ食べずに、中心まで火を通し直してください。"


def karaage(**changes: object) -> CoachingBrief:
    return replace(brief(), dish=load().dishes["karaage"], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cook",
    [
        karaage(transcript="切ったら中がピンクでした。"),
        karaage(structured_input=StructuredInput(identified_issues=["赤い汁が出た"])),
        karaage(structured_input=StructuredInput(questions=["中が赤いけど食べてもいいですか"])),
        karaage(analysis=analysis(fault="undercooked_inside"), fault=load().faults["undercooked_inside"]),
    ],
    ids=["memo", "issue", "question", "seen"],
)
def test_a_card_that_does_not_begin_with_the_warning_is_refused(cook: CoachingBrief) -> None:
    with pytest.raises(ProviderRefused, match="raw inside"):
        check_coaching(coaching(), cook)
    with pytest.raises(ProviderRefused, match="raw inside"):
        check_coaching(coaching(mondaiten="油が熱かったです。音が高かったです。" + WARNING), cook)
    check_coaching(coaching(mondaiten=WARNING + "油が熱かったです。"), cook)


@pytest.mark.parametrize("memo", ["中は赤くなかったです。", "ソースが赤い", "おいしくできました。"])
def test_other_cards_need_no_warning(memo: str) -> None:
    check_coaching(coaching(), karaage(transcript=memo))


def test_a_steak_seen_to_be_burnt_outside_needs_no_warning() -> None:
    fault = analysis(fault="crust_burnt_center_raw")
    assert not needs_warning(replace(brief(analysis=fault), dish=load().dishes["beef-steak"]))
    assert needs_warning(replace(brief(analysis=fault), dish=load().dishes["hamburg-steak"]))


@pytest.mark.parametrize(
    ("text", "is_warning"),
    [
        (WARNING, True),
        ("まだ食べないでください。しっかり加熱してから召し上がってください。", True),
        ("召し上がらずに、もう一回温め直してください。", True),
        ("中心まで火を通し直してください。", False),
        ("赤い所は食べずに残してください。", False),
    ],
)
def test_a_warning_says_both_not_to_eat_and_to_heat(text: str, is_warning: bool) -> None:
    assert warns_first(text) is is_warning


def test_the_model_is_told_so() -> None:
    assert "食べずに" in prompt("coaching_text").body
