"""`moment eval coaching --provider google`: the same measures, with what they cost."""

from pathlib import Path

from moment.eval.coaching import Asked, cases_of, evaluate
from moment.eval.results import Step
from pipeline.providers.ports import Providers
from simulator.google.client import GoogleDesk
from tests.evaluation.sets import drawn, written


def test_a_golden_set_is_run_on_googles_providers(
    google: GoogleDesk, built: Providers, tmp_path: Path
) -> None:
    items = [drawn("fried-rice", "smoke"), drawn("fried-rice", "clean")]
    asked = Asked(written(tmp_path / "set", items), "google", runs=2, probes=1)
    evaluation = evaluate(asked, cases_of(asked), built)
    summary = evaluation.summary
    assert (summary.runs, summary.failed_runs, summary.contract) == (4, 0, 1.0)
    assert summary.cost_usd > summary.cost_per_run > 0
    looks = [step for step in summary.steps if step.step is Step.ANALYSIS]
    assert [(look.provider, look.cost_p50 > 0) for look in looks] == [("google", True)]
    # The double names a fault whatever it sees: just what the headline is there to catch.
    assert summary.false_alarms == 1.0
