"""A narration is to this learner, sayable, and as long as its pictures."""

import pytest

from models.coaching import NarrationScript
from pipeline.checks.narration import check_narration
from pipeline.providers.ports import Pace, ProviderRefused
from tests.pipeline.checks.kitchen import brief


@pytest.mark.parametrize(
    "wrong",
    [{"part1": "よくできました。"}, {"part1": ""}, {"part2": "10秒待ちましょう。"}, {"pivot": ""}],
    ids=str,
)
def test_a_narration_addresses_the_learner_and_keeps_the_rules(wrong: dict[str, str]) -> None:
    script = NarrationScript(
        part1="ゆうこさん、よくできました。", pivot="見てみましょう。", part2="ここです。"
    )
    check_narration(script, brief(), None)
    with pytest.raises(ProviderRefused):
        check_narration(script.model_copy(update=wrong), brief(), None)


SCRIPT = NarrationScript(
    part1="ゆうこさん、おとのかわりめをよくきいていましたね。たまごがやわらかいうちにごはんとあわせてみましょう。",
    pivot="動画を使ってそのポイントを見てみましょう",
    part2="ここでふちがふくらみます。おとがおおきくなったらあいずです。",
)


def test_a_narration_that_lasts_as_long_as_the_cut_needs_passes() -> None:
    check_narration(SCRIPT, brief(), Pace(mora=0.72, comma=0.0, sentence=0.0))


@pytest.mark.parametrize(("mora", "wrong"), [(0.4, "part1 .* lengthen"), (1.2, "part2 .* shorten")])
def test_a_narration_too_short_or_long_for_the_cut_is_refused(mora: float, wrong: str) -> None:
    with pytest.raises(ProviderRefused, match=wrong):
        check_narration(SCRIPT, brief(), Pace(mora=mora, comma=0.0, sentence=0.0))
    check_narration(SCRIPT, brief(), None)  # of a voice whose pace is not known
