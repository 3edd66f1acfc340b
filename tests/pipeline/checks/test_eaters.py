"""Nothing half raw is advised where small children, a pregnancy, old age or an illness is at the table."""

from dataclasses import replace

import pytest

from knowledge_base.profile import NOTHING_TOLD, Profile
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.eaters import half_raw_violations
from pipeline.providers.ports import ProviderRefused
from tests.pipeline.checks.kitchen import brief, coaching, question

INFANT = Profile(vulnerable_eaters=("infant",))


@pytest.mark.parametrize(
    "text",
    [
        "卵は半熟で仕上げましょう。",
        "半熟くらいがいちばんおいしいです。",
        "中心がレアのまま切り分けましょう。",
        "赤みを残してよいのは、かたまり肉だけです。",
        "生卵を落として食べてください。",
        "卵は半生でも大丈夫です。",
    ],
)
def test_half_raw_food_is_not_advised_to_them(text: str) -> None:
    assert half_raw_violations(text, INFANT)
    assert half_raw_violations(text, NOTHING_TOLD) == []


@pytest.mark.parametrize(
    "text",
    [
        "卵は半熟にせず、中まで固めましょう。",
        "半熟の卵は避けてください。",
        "生卵は使わないでください。",
        "赤みが残らないように、中心まで火を通しましょう。",
        "赤みが残っていないことを確かめましょう。",
        "レアではなく、中までしっかり焼きましょう。",
        "半熟で火を止めていましたね。",
        "半熟の卵は好きですか。",
        "レアな部位もあります。",
        "卵が固まりはじめたら、火を止めましょう。",
    ],
)
def test_what_warns_of_it_or_only_tells_of_it_passes(text: str) -> None:
    assert half_raw_violations(text, INFANT) == []


def test_both_the_text_and_an_answer_are_held_to_it() -> None:
    with pytest.raises(ProviderRefused, match="half raw"):
        check_coaching(coaching(next_action="卵は半熟で火を止めましょう。"), brief(profile=INFANT))
    with pytest.raises(ProviderRefused, match="half raw"):
        check_answer("半熟でも大丈夫です。", replace(question(), profile=INFANT))
