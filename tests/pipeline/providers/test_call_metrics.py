"""Every call to a paid service is counted when it ends, whoever keeps the ledger and whatever came of it."""

from prometheus_client import REGISTRY

from models.coaching import ModelCall
from pipeline.providers import ledger
from tests.moment.watch.scrape import Scrape, scrape

LABELS = {"provider": "google", "model": "gemini-test", "purpose": "analysis.v1"}


def count(call: ModelCall) -> tuple[Scrape, Scrape]:
    """The metrics before and after."""
    before = scrape(REGISTRY)
    ledger.add(call, "google")
    return before, scrape(REGISTRY)


def test_a_call_is_counted_with_its_tokens_and_its_cost() -> None:
    before, after = count(
        ModelCall(
            purpose="analysis.v1",
            model="gemini-test",
            input_tokens={"VIDEO": 70, "TEXT": 30},
            cached_tokens=20,
            output_tokens=5,
            cost_usd=0.25,
        )
    )

    def grew(name: str, **labels: str) -> float:
        return after.value(name, **LABELS, **labels) - before.value(name, **LABELS, **labels)

    assert grew("moment_provider_calls_total", outcome="ok") == 1
    assert grew("moment_provider_cost_dollars_total") == 0.25
    kinds = ("input", "cached", "output", "thought")
    assert [grew("moment_provider_tokens_total", kind=kind) for kind in kinds] == [100, 20, 5, 0]


def test_a_call_that_failed_is_counted_by_its_error() -> None:
    before, after = count(ModelCall(purpose="analysis.v1", model="gemini-test", outcome="Unavailable"))
    failed = {**LABELS, "outcome": "Unavailable"}
    name = "moment_provider_calls_total"
    assert after.value(name, **failed) - before.value(name, **failed) == 1
