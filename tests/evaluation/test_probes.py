"""What each probe demands, and that the offline coach meets it on drawn clips."""

from pathlib import Path

import pytest

from moment.eval.coaching import Asked, cases_of
from moment.eval.library import Library
from moment.eval.probes import judged, probed
from moment.eval.results import Probe
from moment.eval.run import Coach
from pipeline.providers.offline import build
from settings import settings
from tests.evaluation.sets import analysis, drawn, item, written

SMOKE, COLD, CHARRED = "oil_smoking", "pan_not_hot", "charring_high_heat"
SECONDS = 30.0


@pytest.mark.parametrize(
    ("probe", "usual", "found", "holds"),
    [
        (Probe.BLACK, (SMOKE, 12, "high"), (None, 15, "low"), True),
        (Probe.BLACK, (SMOKE, 12, "high"), (None, 15, "medium"), False),
        (Probe.BLACK, (SMOKE, 12, "high"), (SMOKE, 12, "low"), False),
        (Probe.MUTED, (COLD, 12, "high"), (None, 12, "low"), True),
        (Probe.MUTED, (COLD, 12, "high"), (COLD, 12, "low"), False),
        (Probe.MUTED, (COLD, 12, "high"), (SMOKE, 12, "high"), True),
        (Probe.REVERSED, (SMOKE, 11, "high"), (SMOKE, 18, "high"), True),  # the fault moved with its footage
        (Probe.REVERSED, (SMOKE, 11, "high"), (SMOKE, 11, "high"), False),  # the same without looking
        (Probe.REVERSED, (SMOKE, 11, "high"), (None, 11, "low"), True),
        (Probe.REVERSED, (SMOKE, 11, "high"), (CHARRED, 11, "high"), False),
        (Probe.REVERSED, (SMOKE, 11, "high"), (CHARRED, 11, "medium"), True),  # a doubt is no invention
        (Probe.OTHER_MEMO, (None, 11, "medium"), (CHARRED, 11, "high"), False),
        (Probe.OTHER_MEMO, (CHARRED, 11, "high"), (CHARRED, 11, "high"), True),  # not the memo's doing
        (Probe.OTHER_MEMO, (SMOKE, 11, "high"), (SMOKE, 11, "high"), True),
    ],
)
def test_what_must_hold(
    probe: Probe, usual: tuple[str | None, int, str], found: tuple[str | None, int, str], holds: bool
) -> None:
    answers = [analysis(fault, moment, confidence=confidence) for fault, moment, confidence in (usual, found)]
    assert judged(probe, item((SMOKE, 3)), SECONDS, *answers)[0] is holds


def test_no_answer_invents_nothing() -> None:
    assert judged(Probe.BLACK, item(), SECONDS, None, None)[0]


def test_the_offline_coach_looks_and_listens(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "set",
        [
            drawn("fried-rice", "smoke"),
            drawn("beef-steak", "weak_sizzle", take=2),
            drawn("pomodoro", "clean"),
        ],
    )
    providers = build(settings())
    coach = Coach(providers, Library(providers.embedder))
    results = [result for result, _ in probed(coach, cases_of(Asked(folder, "offline", 1)), 1, tmp_path)]
    assert [result.probe for result in results] == list(Probe)
    assert all(result.held for result in results), results
