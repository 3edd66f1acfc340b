"""Runs the load client in a process of its own, so that it takes no turns of ours."""

import json
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.bench import BenchmarkFailed
from benchmarks.load_client import Load

ANSWER_SECONDS = 30.0  # what is unanswered by then, will never be


def run_load(url: str, seconds: float, options: Sequence[str]) -> Load:
    """`options` are those of `python -m benchmarks.load_client`. Raises BenchmarkFailed, also when a request is refused."""
    command = [sys.executable, "-m", "benchmarks.load_client", url, "--seconds", str(seconds), *options]
    try:
        client = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds + ANSWER_SECONDS
        )
    except subprocess.TimeoutExpired as late:
        raise BenchmarkFailed(f"{url} left requests unanswered") from late
    if client.returncode != 0:
        raise BenchmarkFailed(f"the load client failed: {client.stderr[-2000:]}")
    load = Load(**json.loads(client.stdout))
    if load.refused:
        raise BenchmarkFailed(f"{url} refused {load.refused} requests")
    return load
