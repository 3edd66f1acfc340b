"""`moment eval coaching --provider google`: the same measures, with what they cost."""

from pathlib import Path

from moment.eval.coaching import Request, cases_of, evaluate
from moment.eval.library import Library
from moment.eval.results import Step
from moment.eval.run import Coach
from pipeline.providers.ports import Providers
from tests.moment.eval.sets import clip_item, write_set


def test_a_golden_set_is_run_on_googles_providers(providers: Providers, tmp_path: Path) -> None:
    items = [clip_item("fried-rice", "smoke"), clip_item("fried-rice", "clean")]
    request = Request(write_set(tmp_path / "set", items), "google", runs=2, probes=1)
    coach = Coach(providers, Library(providers.embedder, None))
    evaluation = evaluate(request, cases_of(request), coach)
    summary = evaluation.summary
    assert (summary.runs, summary.failed_runs, summary.contract) == (4, 0, 1.0)
    assert summary.cost_usd > summary.cost_per_run > 0
    looks = [step for step in summary.steps if step.step is Step.ANALYSIS]
    assert [(look.provider, look.cost_p50 > 0) for look in looks] == [("google", True)]
    # The double names a fault whatever it sees: just what the headline is there to catch.
    assert summary.false_alarms == 1.0
