"""How evidence, the catalogue's order, the memo and the ratings weigh against each other."""

import pytest

from knowledge_base.content import Signal
from models.coaching import RatingAspect, SeenSignal, VideoAnalysis
from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.footage_memo import speaks_of
from pipeline.providers.offline.footage_signals import Evidence
from pipeline.providers.offline.footage_verdict import confidence_in, weigh
from tests.offline_analyst.guides import brief, fault

BURNT = fault("burnt", Signal.CHARRING, words=("焦げた",), spoils=(RatingAspect.TASTE,))
COLD = fault("cold", Signal.WEAK_SIZZLE, words=("音がしなかった",), spoils=(RatingAspect.TEXTURE,))
WET = fault("wet", Signal.STEAM, Signal.WEAK_SIZZLE, words=("べちゃべちゃ",))


def seen(**strengths: float) -> list[Evidence]:
    return [Evidence(Signal(name), strength, 5.0) for name, strength in strengths.items()]


def test_likelier_faults_of_the_catalogue_win_on_equal_evidence() -> None:
    evidence = seen(charring=0.8, weak_sizzle=0.8)
    assert weigh(brief((BURNT, COLD)), evidence)[0].fault is BURNT
    assert weigh(brief((COLD, BURNT)), evidence)[0].fault is COLD


def test_stronger_evidence_beats_the_catalogues_order() -> None:
    assert weigh(brief((BURNT, COLD)), seen(charring=0.55, weak_sizzle=1.0))[0].fault is COLD


def test_the_learners_words_tip_the_scales() -> None:
    evidence = seen(charring=0.8, weak_sizzle=0.7)
    asked = brief((BURNT, COLD), transcript="今日は入れても音がしなかったです。")
    assert weigh(asked, evidence)[0].fault is COLD
    assert weigh(brief((BURNT, COLD), issues=("音がしなかった",)), evidence)[0].fault is COLD


def test_words_lower_the_bar_but_never_replace_seeing() -> None:
    said = brief((BURNT,), transcript="ちょっと焦げちゃいました")
    assert weigh(said, seen(charring=0.3))[0].fault is BURNT
    assert weigh(brief((BURNT,)), seen(charring=0.3)) == []
    assert weigh(said, seen(charring=0.1)) == []
    assert weigh(said, []) == []


def test_a_low_rating_tips_an_even_balance() -> None:
    evidence = seen(charring=0.8, weak_sizzle=0.8)
    assert weigh(brief((BURNT, COLD), ratings={"taste": 5, "texture": 1}), evidence)[0].fault is COLD


def test_a_fault_is_known_best_by_its_first_signal() -> None:
    assert weigh(brief((WET, COLD)), seen(weak_sizzle=0.9))[0].fault is COLD


def test_two_signals_of_one_fault_strengthen_it() -> None:
    both, one = (
        weigh(brief((WET,)), evidence)[0] for evidence in (seen(steam=0.6, weak_sizzle=0.6), seen(steam=0.6))
    )
    assert both.strength > one.strength


def test_a_fault_nobody_could_film_is_never_claimed() -> None:
    bland = fault("bland", words=("味が薄い",))
    assert weigh(brief((bland,), transcript="味が薄いです"), seen(charring=1.0)) == []


def test_confidence_falls_with_the_margin_and_with_the_evidence() -> None:
    assert confidence_in(weigh(brief((BURNT, COLD)), seen(charring=1.0))) == "high"
    assert confidence_in(weigh(brief((BURNT, COLD)), seen(charring=1.0, weak_sizzle=1.0))) == "medium"
    assert confidence_in(weigh(brief((BURNT, COLD)), seen(charring=0.52))) == "low"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ちょっと焦げちゃいました", True),
        ("すみっこを焦がさずに焼いたけど、裏は焦げた", True),
        ("今日は焦げなかったです", False),
        ("おいしくできました", False),
        ("", False),
    ],
)
def test_memos_are_read_by_word_forms_and_denials(said: str, meant: bool) -> None:
    assert speaks_of(["焦げた"], [said]) is meant


def test_what_is_said_in_another_clause_does_not_count() -> None:
    assert not speaks_of(["音がしなかった"], ["音はよかったです、味見をしなかったです"])


def test_a_memo_that_comes_later_raises_what_was_only_faintly_seen() -> None:
    faint = VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:03",
        key_moment_seconds=3,
        diagnosis="目立った失敗は見当たりませんでした。",
        signals=[SeenSignal(signal="charring", strength=0.3, second=9.4)],
    )
    analyst = OfflineAnalyst()
    told, _ = analyst.reconsider(faint, brief((BURNT,), transcript="裏が焦げちゃいました"))
    assert (told.fault, told.key_moment_seconds, told.key_moment_timestamp) == ("burnt", 9, "0:09")
    assert analyst.reconsider(faint, brief((BURNT,), transcript="おいしくできました"))[0] == faint
