"""Our webhook against a bare FastAPI route: both store every event durably before they answer.

Each server runs alone with the client while it is measured, in turns, on the same database.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.environment import BenchmarkFailed, free_port, named, running, wait_until_answering
from benchmarks.load_client import Load
from benchmarks.measurement import Measurement, at_most, ratio_at_least
from benchmarks.runner import Report
from benchmarks.system import CHANNEL, SECRET, line_channels

ROUNDS = 3
CONNECTIONS = 50
SECONDS = 5.0
WARM_UP_SECONDS = 1.0
THROUGHPUT_GOAL = 1.2
P99_MS = 100.0
ANSWER_SECONDS = 30.0  # what is unanswered by then, will never be


def measure(folder: Path, report: Report) -> Sequence[Measurement]:
    ours_port, bare_port = free_port(), free_port()
    ours_log, bare_log = folder / "ours.log", folder / "bare.log"
    ours_url, bare_url = f"http://127.0.0.1:{ours_port}", f"http://127.0.0.1:{bare_port}"
    bare_command = ("benchmarks.bare_route", "--port", str(bare_port), "--secret", SECRET)
    with (
        named(LINE_CHANNELS=line_channels()),
        running(ours_log, "moment", "web", "--port", str(ours_port)) as ours,
        running(bare_log, *bare_command) as bare,
    ):
        wait_until_answering(f"{ours_url}/readyz", ours, ours_log)
        wait_until_answering(f"{bare_url}/readyz", bare, bare_log)
        return _compared(f"{ours_url}/webhooks/line/{CHANNEL}", f"{bare_url}/webhook", report)


def _compared(ours_url: str, bare_url: str, report: Report) -> Sequence[Measurement]:
    report("warming up")
    for url in (ours_url, bare_url):
        _loaded(url, WARM_UP_SECONDS)
    ours, bare = [], []
    for number in range(ROUNDS):
        report(f"round {number + 1} of {ROUNDS}")
        ours.append(_loaded(ours_url, SECONDS))
        bare.append(_loaded(bare_url, SECONDS))
    return [
        Measurement(
            f"webhook throughput at {CONNECTIONS} connections",
            median(load.per_second for load in ours),
            median(load.per_second for load in bare),
            "requests/s",
            ratio_at_least(THROUGHPUT_GOAL),
        ),
        Measurement(
            f"webhook p99 at {CONNECTIONS} connections",
            median(load.p99_ms for load in ours),
            median(load.p99_ms for load in bare),
            "ms",
            at_most(P99_MS),
        ),
    ]


def _loaded(url: str, seconds: float) -> Load:
    command = [sys.executable, "-m", "benchmarks.load_client", url, "--secret", SECRET]
    command += ["--connections", str(CONNECTIONS), "--seconds", str(seconds)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds + ANSWER_SECONDS
        )
    except subprocess.TimeoutExpired as late:
        raise BenchmarkFailed(f"{url} left requests unanswered") from late
    if done.returncode != 0:
        raise BenchmarkFailed(f"the load client failed: {done.stderr[-2000:]}")
    load = Load(**json.loads(done.stdout))
    if load.refused:
        raise BenchmarkFailed(f"{url} refused {load.refused} requests")
    return load
