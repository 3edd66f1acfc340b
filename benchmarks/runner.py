"""`moment bench NAME`: runs one benchmark and shows what it measured."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks import fixed_latency
from benchmarks.bench import Bench
from benchmarks.measurement import Measurement
from pipeline.providers.registry import Build

# The benchmark's module holds measure(bench, folder, report). Imported at need: some bring heavy libraries.
Report = Callable[[str], None]
Measure = Callable[[Bench, Path, Report], Sequence[Measurement]]


def providers_of(name: str) -> Build:
    """Those that the benchmark brings itself, else providers that take the time of real ones."""
    build: Build = getattr(import_module(f"benchmarks.{name}"), "build", fixed_latency.build)
    return build


def run_benchmark(name: str, bench: Bench, *, as_json: bool) -> int:
    """0 when every goal is met, 1 when one is missed. Raises BenchmarkFailed when nothing could be measured."""
    measure: Measure = import_module(f"benchmarks.{name}").measure
    progress = Console(stderr=True)
    load = os.getloadavg()[0]
    with TemporaryDirectory(prefix="moment-") as folder, progress.status(f"{name}: starting") as status:
        measurements = measure(bench, Path(folder), lambda step: status.update(f"{name}: {step}"))
    if as_json:
        for measurement in measurements:
            sys.stdout.write(json.dumps(measurement.as_json()) + "\n")
    else:
        Console().print(table(name, measurements, load))
    return 0 if all(measurement.is_met for measurement in measurements) else 1


def table(name: str, measurements: Sequence[Measurement], load: float) -> Table:
    """`load` is the machine's when the run began: on a busy one only the ratios mean something."""
    rows = Table(
        title=f"moment bench {name}",
        caption=f"{os.cpu_count()} cores, load {load:.1f} at the start",
        title_justify="left",
        caption_justify="left",
    )
    rows.add_column("figure")
    for heading in ("ours", "reference", "unit", "ratio", "goal"):
        rows.add_column(heading, justify="right")
    rows.add_column("met")
    for one in measurements:
        verdict = "[green]yes[/]" if one.is_met else "[red]no[/]"
        figures = f"{one.ours:,.2f}", f"{one.reference:,.2f}", one.unit, f"{one.ratio:.3f}"
        rows.add_row(one.name, *figures, str(one.goal), verdict)
    return rows
