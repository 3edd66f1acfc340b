"""An analysis that the video or the dish contradicts is refused."""

from typing import Any

import pytest

from models.coaching import CannotTell, Unclear
from pipeline.checks.analysis import check_analysis, check_look
from pipeline.providers.ports import ProviderRefused
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
