"""What a benchmark's result says and how it is judged, without measuring for long."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from benchmarks import fixed_latency
from benchmarks.bench import Bench
from benchmarks.footage import clip, pad
from benchmarks.load_client import Webhook
from benchmarks.measurement import Goal, Measurement, at_most, percentile, ratio_at_least, ratio_at_most
from benchmarks.runner import Report, run_benchmark, table
from moment.cli import BENCHMARKS
from moment.parts import run_part
from pipeline.media.probe import check_usable
from settings import Settings

BENCH = Bench(Settings.without_environment(), run_part, fixed_latency.build)


def measurement(goal: Goal, ours: float = 120.0, reference: float = 100.0) -> Measurement:
    return Measurement("thing", ours, reference, "ms", goal)


@pytest.mark.parametrize(
    ("goal", "is_met"),
    [
        (at_most(120), True),
        (at_most(119.9), False),
        (ratio_at_most(1.2), True),
        (ratio_at_most(1.19), False),
        (ratio_at_least(1.2), True),
        (ratio_at_least(1.21), False),
    ],
)
def test_a_goal_bounds_our_figure_or_the_ratio(goal: Goal, is_met: bool) -> None:
    assert measurement(goal).is_met is is_met


def test_a_goal_is_judged_before_rounding() -> None:
    just_over = measurement(at_most(100), ours=100.0001)

    assert just_over.as_json()["ours"] == 100.0
    assert just_over.is_met is False


def test_a_result_has_the_documented_fields() -> None:
    assert measurement(ratio_at_most(1.05), ours=2.0, reference=1.5).as_json() == {
        "name": "thing",
        "ours": 2.0,
        "reference": 1.5,
        "unit": "ms",
        "ratio": 1.333,
        "goal": "ratio <= 1.05",
        "met": False,
    }


def test_a_percentile_is_a_measured_value() -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7


def test_the_table_shows_figures_goal_and_verdict() -> None:
    page = io.StringIO()

    Console(file=page, width=120).print(table("tap", [measurement(at_most(100))], 0.5))

    assert all(words in page.getvalue() for words in ("thing", "120.00", "100.00", "ours <= 100", "no"))


@pytest.fixture
def two_results(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a benchmark that meets one goal and misses another."""
    module = ModuleType("benchmarks.made_up")

    def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
        assert bench is BENCH
        assert folder.is_dir()
        report("measuring")
        return [measurement(at_most(200)), measurement(at_most(100))]

    vars(module)["measure"] = measure
    monkeypatch.setitem(sys.modules, "benchmarks.made_up", module)
    return "made_up"


def test_json_is_one_object_a_line_and_a_missed_goal_gives_exit_code_1(
    two_results: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_benchmark(two_results, BENCH, as_json=True)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["met"] for line in lines] == [True, False]
    assert code == 1


def test_every_benchmark_the_command_offers_can_be_run() -> None:
    from importlib import import_module

    assert all(callable(import_module(f"benchmarks.{name}").measure) for name in BENCHMARKS)


def test_the_large_video_is_valid_and_of_the_size_it_should_have(tmp_path: Path) -> None:
    small = clip(tmp_path / "small.mp4", seconds=2, size="180x320")

    large = pad(small, tmp_path / "large.mp4", total_bytes=3_000_001)

    assert large.stat().st_size == 3_000_001
    assert check_usable(large).duration_seconds == check_usable(small).duration_seconds


def test_each_request_of_the_load_is_another_event() -> None:
    webhook = Webhook("http://127.0.0.1:1/webhooks/line/moment", "secret", 3)

    bodies = [json.loads(webhook.request().partition(b"\r\n\r\n")[2]) for _ in range(2)]

    ids = [body["events"][0]["webhookEventId"] for body in bodies]
    assert ids[0] != ids[1]
