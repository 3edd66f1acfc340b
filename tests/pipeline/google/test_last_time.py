"""What was asked last time, on Gemini: it is asked for, read into its type, and refused where the facts contradict it."""

import pytest

from knowledge_base.catalogue import load
from models.coaching import FollowUp, FollowUpVerdict, VideoAnalysis
from pipeline.checks.analysis import check_look
from pipeline.checks.coaching import check_coaching
from pipeline.checks.last_time import false_claims
from pipeline.checks.repair import ask_with_repair
from pipeline.providers.google import gemini, prompts
from pipeline.providers.ports import Asked, Footage, Look, ProviderRefused, Providers
from simulator.google.client import GoogleDesk
from tests.pipeline.google.kitchen import DISH, SECONDS, analysis, analysis_brief, coaching_brief
from tests.pipeline.google.test_analyst import ANSWER, JUDGEMENT

PAN = load().faults["pan_not_hot"]  # its opposite is the fault of ANSWER: oil_smoking
ASKED = Asked(PAN.next_action, PAN.success_sign, PAN.stop_cue, PAN)
TOO_FAR = {"asked_evidence": "油から煙が立っています。", "asked_at": "00:02", "asked_verdict": "too_far"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)


def look_at(providers: Providers, footage: Footage, asked: Asked | None = ASKED) -> Look:
    brief = analysis_brief(asked=asked, session_number=2)
    look, _ = ask_with_repair(
        lambda repair: providers.analyst.analyze(footage, brief, repair),
        lambda look: check_look(look, SECONDS, DISH, asked),
    )
    return look


def follow_up_of(look: Look) -> FollowUp | None:
    assert isinstance(look, VideoAnalysis)
    return look.follow_up


def verdict_of(look: Look) -> FollowUpVerdict | None:
    past = follow_up_of(look)
    return past.verdict if past else None


def test_what_was_asked_and_what_it_turns_into_are_in_the_prompt() -> None:
    text = prompts.analysis(analysis_brief(asked=ASKED)).text
    assert all(words in text for words in (PAN.next_action, PAN.success_sign, PAN.seen, *PAN.opposites))
    assert PAN.next_action not in prompts.analysis(analysis_brief()).text


def test_the_verdict_is_read_with_its_place_and_the_fault_it_was_to_mend(
    google: GoogleDesk, providers: Providers, footage: Footage
) -> None:
    google.answer(ANSWER | TOO_FAR, match="asked_verdict")
    assert follow_up_of(look_at(providers, footage)) == FollowUp(
        verdict=FollowUpVerdict.TOO_FAR, fault=PAN.code, second=2, evidence="油から煙が立っています。"
    )


def test_nothing_is_looked_for_where_nothing_was_asked(
    google: GoogleDesk, providers: Providers, footage: Footage
) -> None:
    google.answer(ANSWER, match="analysis")
    assert follow_up_of(look_at(providers, footage, None)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"asked_verdict": "seen", "asked_at": ""},
        {"asked_verdict": "seen", "asked_evidence": ""},
        {"asked_verdict": "seen", "asked_at": "00:55"},
        {"asked_verdict": "seen"},  # its opposite is the fault: that is too far
        {"fault": "none"},  # too far into nothing
    ],
    ids=str,
)
def test_a_verdict_against_the_facts_is_repaired_once(
    google: GoogleDesk, providers: Providers, footage: Footage, wrong: dict[str, str]
) -> None:
    google.answer(ANSWER | TOO_FAR | wrong, match="asked_verdict", times=1)
    google.answer(ANSWER | TOO_FAR, match="asked_verdict", times=1)
    assert verdict_of(look_at(providers, footage)) is FollowUpVerdict.TOO_FAR

    google.answer(ANSWER | TOO_FAR | wrong, match="asked_verdict", times=2)
    with pytest.raises(ProviderRefused):
        look_at(providers, footage)


def test_second_thoughts_keep_the_verdict_in_step_with_the_fault(
    google: GoogleDesk, providers: Providers
) -> None:
    seen = FollowUp(verdict=FollowUpVerdict.SEEN, fault=PAN.code, second=5, evidence="音がしています。")
    first = analysis(fault=None, follow_up=seen)
    brief = analysis_brief(asked=ASKED, transcript="音がしませんでした。")

    google.answer(JUDGEMENT | {"fault": PAN.code, "key_moment": "00:05"}, match="judgement", times=1)
    again, _ = providers.analyst.reconsider(first, brief)
    assert verdict_of(again) is FollowUpVerdict.NOT_YET

    google.answer(JUDGEMENT, match="judgement", times=1)
    turned, _ = providers.analyst.reconsider(first, brief)
    assert verdict_of(turned) is FollowUpVerdict.TOO_FAR


@pytest.mark.parametrize("verdict", FollowUpVerdict)
def test_the_desks_model_says_it_first(
    google: GoogleDesk, providers: Providers, verdict: FollowUpVerdict
) -> None:
    seen = {} if verdict is FollowUpVerdict.NOT_VISIBLE else {"second": 2, "evidence": "音がしています。"}
    past = FollowUp(verdict=verdict, fault=PAN.code, **seen)
    brief = coaching_brief(session_number=2, analysis=analysis(follow_up=past), asked=ASKED)

    text, _ = providers.coach.coaching_text(brief)
    script, _ = providers.coach.narration(brief, text)

    check_coaching(text, brief)
    assert false_claims(script.part1 + script.part2, verdict) == []
    assert PAN.next_action.rstrip("。") in text.last_time


def test_the_desks_model_finds_what_was_asked(
    google: GoogleDesk, providers: Providers, footage: Footage
) -> None:
    assert verdict_of(look_at(providers, footage)) is FollowUpVerdict.SEEN
