"""An analysis that the video or the dish contradicts is refused."""

from typing import Any

import pytest

from knowledge_base.catalogue import load
from models.coaching import CannotTell, Unclear
from pipeline.checks.analysis import check_analysis, check_look
from pipeline.providers.ports import Asked, ProviderRefused
from tests.pipeline.checks.kitchen import DISH, analysis


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_moment_seconds": 61, "key_moment_timestamp": "1:01"},
        {"key_moment_timestamp": "0:06"},
        {"fault": "no_such_fault"},
        {"diagnosis": "  "},
        {"diagnosis": "強火で3分焼いたため、焦げました。"},
        {"evidence": "The rice is burnt."},
        {"key_moment_seconds": 20, "key_moment_timestamp": "0:20"},
        {"cooking_events": []},
        {
            "cooking_events": [
                {"t": "0:09", "t_seconds": 9, "event": "あと"},
                {"t": "0:01", "t_seconds": 1, "event": "先"},
            ]
        },
        {"cooking_events": [{"t": "2:00", "t_seconds": 120, "event": "終わりのあと"}]},
    ],
    ids=str,
)
def test_an_analysis_against_the_facts_is_refused(wrong: dict[str, Any]) -> None:
    check_analysis(analysis(), 60.0, DISH)
    with pytest.raises(ProviderRefused):
        check_analysis(analysis(**wrong), 60.0, DISH)


@pytest.mark.parametrize("reason", Unclear)
def test_that_nothing_can_be_told_passes_as_it_is(reason: Unclear) -> None:
    check_look(CannotTell(reason=reason), 60.0, DISH)
    with pytest.raises(ProviderRefused):
        check_look(analysis(fault="no_such_fault"), 60.0, DISH)


FAULT = load().faults["pan_not_hot"]  # its opposite: oil_smoking
ASKED = Asked(FAULT.next_action, FAULT.success_sign, FAULT.stop_cue, FAULT)
SEEN = {"verdict": "seen", "fault": FAULT.code, "second": 5, "evidence": "焼ける音がしています。"}
TOO_FAR = SEEN | {"verdict": "too_far"}


@pytest.mark.parametrize(
    "right",
    [
        {"follow_up": None},
        {"follow_up": SEEN},
        {"follow_up": {"verdict": "not_visible", "fault": FAULT.code}},
        {"follow_up": TOO_FAR, "fault": "oil_smoking"},
        {"follow_up": SEEN | {"verdict": "not_yet"}, "fault": FAULT.code},
        {"follow_up": SEEN, "fault": "rice_clumped"},
    ],
    ids=str,
)
def test_what_became_of_the_advice_passes_as_it_was_seen(right: dict[str, Any]) -> None:
    check_analysis(analysis(**right), 60.0, DISH, ASKED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"follow_up": SEEN | {"evidence": ""}},
        {"follow_up": SEEN | {"second": None}},
        {"follow_up": SEEN | {"second": 61}},
        {"follow_up": SEEN | {"evidence": "強火で3分焼いています。"}},
        {"follow_up": SEEN, "fault": FAULT.code},  # it is there again
        {"follow_up": SEEN, "fault": "oil_smoking"},  # that is too far
        {"follow_up": TOO_FAR},
        {"follow_up": TOO_FAR, "fault": "rice_clumped"},
        {"follow_up": {"verdict": "not_yet", "fault": FAULT.code}},
    ],
    ids=str,
)
def test_a_verdict_on_the_advice_against_the_facts_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        check_analysis(analysis(**wrong), 60.0, DISH, ASKED)


def test_nothing_became_of_what_was_never_asked() -> None:
    with pytest.raises(ProviderRefused, match="nothing was asked"):
        check_analysis(analysis(follow_up=SEEN), 60.0, DISH)
