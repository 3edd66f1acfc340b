"""How evidence, the catalogue's order, the memo and the ratings weigh against each other."""

import pytest

from knowledge_base.content import Signal
from models.coaching import RatingAspect, SeenSignal, VideoAnalysis
from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.vision.mentions import mentions
from pipeline.providers.offline.vision.signals import Evidence
from pipeline.providers.offline.vision.verdict import confidence_in, weigh
from tests.pipeline.offline.vision.guides import brief, fault

CHARRING = fault("burnt", Signal.CHARRING, words=("焦げた",), spoils=(RatingAspect.TASTE,))
COLD = fault("cold", Signal.WEAK_SIZZLE, words=("音がしなかった",), spoils=(RatingAspect.TEXTURE,))
WET = fault("wet", Signal.STEAM, Signal.WEAK_SIZZLE, words=("べちゃべちゃ",))


def evidence_of(**strengths: float) -> list[Evidence]:
    return [Evidence(Signal(name), strength, 5.0) for name, strength in strengths.items()]


def test_likelier_faults_of_the_catalogue_win_on_equal_evidence() -> None:
    evidence = evidence_of(charring=0.8, weak_sizzle=0.8)
    assert weigh(brief((CHARRING, COLD)), evidence)[0].fault is CHARRING
    assert weigh(brief((COLD, CHARRING)), evidence)[0].fault is COLD


def test_stronger_evidence_beats_the_catalogues_order() -> None:
    assert weigh(brief((CHARRING, COLD)), evidence_of(charring=0.55, weak_sizzle=1.0))[0].fault is COLD


def test_the_learners_words_tip_the_scales() -> None:
    evidence = evidence_of(charring=0.8, weak_sizzle=0.7)
    with_memo = brief((CHARRING, COLD), transcript="今日は入れても音がしなかったです。")
    assert weigh(with_memo, evidence)[0].fault is COLD
    assert weigh(brief((CHARRING, COLD), issues=("音がしなかった",)), evidence)[0].fault is COLD


def test_words_make_less_evidence_enough_but_never_replace_it() -> None:
    with_memo = brief((CHARRING,), transcript="ちょっと焦げちゃいました")
    assert weigh(with_memo, evidence_of(charring=0.3))[0].fault is CHARRING
    assert weigh(brief((CHARRING,)), evidence_of(charring=0.3)) == []
    assert weigh(with_memo, evidence_of(charring=0.1)) == []
    assert weigh(with_memo, []) == []


def test_a_low_rating_tips_an_even_balance() -> None:
    evidence = evidence_of(charring=0.8, weak_sizzle=0.8)
    assert weigh(brief((CHARRING, COLD), ratings={"taste": 5, "texture": 1}), evidence)[0].fault is COLD


def test_a_fault_is_known_best_by_its_first_signal() -> None:
    assert weigh(brief((WET, COLD)), evidence_of(weak_sizzle=0.9))[0].fault is COLD


def test_two_signals_of_one_fault_strengthen_it() -> None:
    both, one = (
        weigh(brief((WET,)), evidence)[0]
        for evidence in (evidence_of(steam=0.6, weak_sizzle=0.6), evidence_of(steam=0.6))
    )
    assert both.strength > one.strength


def test_a_fault_nobody_could_film_is_never_claimed() -> None:
    bland = fault("bland", words=("味が薄い",))
    assert weigh(brief((bland,), transcript="味が薄いです"), evidence_of(charring=1.0)) == []


def test_confidence_falls_with_the_margin_and_with_the_evidence() -> None:
    two_signs = weigh(brief((WET, CHARRING)), evidence_of(steam=1.0, weak_sizzle=0.8))
    assert confidence_in(two_signs) == "high"
    assert (
        confidence_in(weigh(brief((CHARRING, COLD)), evidence_of(charring=1.0, weak_sizzle=1.0))) == "medium"
    )
    assert confidence_in(weigh(brief((CHARRING, COLD)), evidence_of(charring=0.52))) == "low"


def test_one_sign_alone_is_never_enough_for_high_confidence() -> None:
    """It may be something else; the learner's own words are a second one."""
    assert confidence_in(weigh(brief((CHARRING, COLD)), evidence_of(charring=1.0))) == "medium"
    told = brief((CHARRING, COLD), transcript="焦げました")
    assert confidence_in(weigh(told, evidence_of(charring=1.0))) == "high"


@pytest.mark.parametrize(
    ("memo", "is_mention"),
    [
        ("ちょっと焦げちゃいました", True),
        ("すみっこを焦がさずに焼いたけど、裏は焦げた", True),
        ("今日は焦げなかったです", False),
        ("おいしくできました", False),
        ("", False),
    ],
)
def test_memos_are_read_by_word_forms_and_negations(memo: str, is_mention: bool) -> None:
    assert mentions([memo], ["焦げた"]) is is_mention


def test_what_is_said_in_another_clause_does_not_count() -> None:
    assert not mentions(["音はよかったです、味見をしなかったです"], ["音がしなかった"])


def test_a_memo_that_comes_later_raises_what_was_only_faintly_seen() -> None:
    faint = VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:03",
        key_moment_seconds=3,
        diagnosis="目立った失敗は見当たりませんでした。",
        signals=[SeenSignal(signal="charring", strength=0.3, second=9.4)],
    )
    analyst = OfflineAnalyst()
    with_memo, _ = analyst.reconsider(faint, brief((CHARRING,), transcript="裏が焦げちゃいました"))
    assert (with_memo.fault, with_memo.key_moment_seconds, with_memo.key_moment_timestamp) == (
        "burnt",
        9,
        "0:09",
    )
    assert analyst.reconsider(faint, brief((CHARRING,), transcript="おいしくできました"))[0] == faint
