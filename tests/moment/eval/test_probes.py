"""What each probe demands, and that the offline coach meets it on drawn clips."""

from pathlib import Path

import pytest

from moment.eval.coaching import Request, cases_of
from moment.eval.library import Library
from moment.eval.probes import judge, run_probes
from moment.eval.results import Probe
from moment.eval.run import Coach
from pipeline.providers.offline import build
from settings import Settings
from tests.moment.eval.sets import analysis, clip_item, item, write_set

SMOKE, COLD, CHARRING = "oil_smoking", "pan_not_hot", "charring_high_heat"
SECONDS = 30.0


@pytest.mark.parametrize(
    ("probe", "usual", "answer", "holds"),
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
        (Probe.REVERSED, (SMOKE, 11, "high"), (CHARRING, 11, "high"), False),
        (Probe.REVERSED, (SMOKE, 11, "high"), (CHARRING, 11, "medium"), True),  # a doubt is no invention
        (Probe.OTHER_MEMO, (None, 11, "medium"), (CHARRING, 11, "high"), False),
        (Probe.OTHER_MEMO, (CHARRING, 11, "high"), (CHARRING, 11, "high"), True),  # not the memo's doing
        (Probe.OTHER_MEMO, (SMOKE, 11, "high"), (SMOKE, 11, "high"), True),
    ],
)
def test_what_must_hold(
    probe: Probe, usual: tuple[str | None, int, str], answer: tuple[str | None, int, str], holds: bool
) -> None:
    answers = [
        analysis(fault, moment, confidence=confidence) for fault, moment, confidence in (usual, answer)
    ]
    assert judge(probe, item((SMOKE, 3)), SECONDS, *answers)[0] is holds


def test_no_answer_invents_nothing() -> None:
    assert judge(Probe.BLACK, item(), SECONDS, None, None)[0]


def test_the_offline_coach_looks_and_listens(tmp_path: Path) -> None:
    folder = write_set(
        tmp_path / "set",
        [
            clip_item("fried-rice", "smoke"),
            clip_item("beef-steak", "weak_sizzle", take=2),
            clip_item("pomodoro", "clean"),
        ],
    )
    providers = build(Settings.without_environment()).usual
    coach = Coach(providers, Library(providers.embedder, None))
    cases = cases_of(Request(folder, "offline", 1))
    results = [result for result, _ in run_probes(coach, cases, 1, tmp_path)]
    assert [result.probe for result in results] == list(Probe)
    assert all(result.holds for result in results), results
