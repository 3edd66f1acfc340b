"""Each part of the benchmark of many learners measures something, run small; how fast a busy machine is, is not judged."""

from pathlib import Path

import pytest

from benchmarks import fixed_latency, scale
from benchmarks.bench import Bench
from benchmarks.measurement import Measurement
from benchmarks.scale import Size
from moment.parts import run_part
from settings import Settings

SMALL = Size(
    share=0.05,
    processes=(1,),
    cooks=2,
    few=2,
    many=3,
    at_work=20,
    old=400,
    burst=30,
    learners=6,
    noisy_seconds=2.0,
)


@pytest.fixture
def measured(settings: Settings, tmp_path: Path) -> dict[str, Measurement]:
    bench = Bench(settings, run_part, fixed_latency.build)
    return {each.name: each for each in scale.measure(bench, tmp_path, lambda _: None, SMALL)}


def test_a_small_run_counts_what_it_is_to_count(measured: dict[str, Measurement]) -> None:
    assert all(each.ours == each.ours for each in measured.values())
    few, many = (each for name, each in measured.items() if each.unit == "statements")
    assert few.ours > 0
    assert many.ours == pytest.approx(few.ours, rel=0.5)
    assert measured["30 taps at once: refused, lost or answered twice"].ours == 0
    assert measured["… others' taps that had no answer"].ours == 0
