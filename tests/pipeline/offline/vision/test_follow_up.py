"""What became of last time's advice, read off drawn clips: an arc of fault, too far, and gone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from footage.script import ClipRecipe
from knowledge_base.catalogue import load
from models.coaching import FollowUp, FollowUpVerdict, StructuredInput, VideoAnalysis
from pipeline.checks.analysis import check_analysis
from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.vision.follow_up import IS_ITS_SIGN
from pipeline.providers.ports import AnalysisBrief, Asked
from tests.clips import drawn
from tests.pipeline.offline.vision.guides import SECONDS, analysis_of

SEEN, NOT_YET, TOO_FAR = FollowUpVerdict.SEEN, FollowUpVerdict.NOT_YET, FollowUpVerdict.TOO_FAR
NOT_VISIBLE = FollowUpVerdict.NOT_VISIBLE
RICE = load().dishes["fried-rice"]
Look = Callable[[str, str | None], VideoAnalysis]


def asked_for(code: str | None) -> Asked:
    fault = load().faults[code] if code else None
    return Asked("音が立つまで待ちましょう。", "音が立ちます。", "煙が見えたら止めましょう。", fault)


def brief(code: str | None) -> AnalysisBrief:
    faults = [load().faults[each] for each in RICE.faults]
    return AnalysisBrief(RICE, faults, 2, SECONDS, "", StructuredInput(), {}, asked=asked_for(code))


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = tmp_path_factory.mktemp("arc")

    def at(variant: str, code: str | None) -> VideoAnalysis:
        clip: Path = folder / f"{variant}.mp4"
        if not clip.exists():
            drawn(ClipRecipe("fried-rice", variant, seconds=SECONDS, size=(180, 320)), clip)
        analysis = analysis_of(clip, brief(code))
        check_analysis(analysis, SECONDS, RICE, asked_for(code))
        return analysis

    return at


def test_the_signs_that_are_a_fault_are_of_faults_there_are() -> None:
    assert set(load().faults) >= IS_ITS_SIGN
    assert all(load().faults[code].signals for code in IS_ITS_SIGN)


@pytest.mark.parametrize(
    ("variant", "code", "verdict"),
    [
        ("weak_sizzle", "pan_not_hot", NOT_YET),
        ("smoke", "pan_not_hot", TOO_FAR),
        ("clean", "pan_not_hot", SEEN),
        ("clean", "oil_smoking", SEEN),
        ("timelapse", "pan_not_hot", NOT_VISIBLE),  # without sound nobody hears a sizzle
        ("clean", "oversalted", NOT_VISIBLE),  # no camera tastes
        ("clean", "undercooked_inside", NOT_VISIBLE),  # nor does it see inside
        ("clean", None, NOT_VISIBLE),
        ("steam", "rice_steaming", NOT_VISIBLE),  # steam hides it: that none was found says nothing
    ],
)
def test_only_what_the_footage_shows_is_told(
    look: Look, variant: str, code: str | None, verdict: FollowUpVerdict
) -> None:
    past = look(variant, code).follow_up
    assert past is not None
    assert (past.verdict, past.fault) == (verdict, code)


def test_whoever_was_asked_nothing_is_told_nothing(look: Look) -> None:
    clean = look("clean", "pan_not_hot")
    again, _ = OfflineAnalyst().reconsider(clean, replace(brief(None), asked=None))
    assert again.follow_up is None


def test_what_the_learner_says_otherwise_is_not_said_to_be_gone(look: Look) -> None:
    clean, analyst = look("clean", "oil_smoking"), OfflineAnalyst()
    told = replace(brief("oil_smoking"), transcript="煙が出てしまいました。")
    poor = replace(brief("oil_smoking"), self_ratings={"aroma": 1})

    for doubt in (told, poor):
        again, _ = analyst.reconsider(clean, doubt)
        assert again.follow_up == FollowUp(verdict=NOT_VISIBLE, fault="oil_smoking")
    as_before, _ = analyst.reconsider(clean, brief("oil_smoking"))
    assert as_before.follow_up == clean.follow_up
