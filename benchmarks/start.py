"""How soon a person has something to use: `moment demo` and `moment up`, as they are started at a desk.

The first demo is not measured: it fills the cache with what a machine makes only once. Linux, for /proc.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.bench import Bench, BenchmarkFailed
from benchmarks.measurement import Measurement, at_most
from benchmarks.processes import parents, read, stat
from benchmarks.runner import Report
from desk.embedded import embedded_servers
from settings import DATABASE_URL, PREFIX

WEBHOOK_SECONDS, DEMO_SECONDS, UP_SECONDS, END_SECONDS = 6.0, 25.0, 6.0, 1.0
PART_CPU_SECONDS, PART_MEGABYTES = 0.8, 90.0
WAIT_SECONDS = 180.0
REST_SECONDS = 3.0  # until what a part does at its start is done
FORK = "multiprocessing.forkserver"


@dataclass(frozen=True)
class DemoTimes:
    """Seconds: of the command, to its first webhook, of its session, and after its last word."""

    whole: float
    to_webhook: float
    session: float
    end: float


@dataclass(frozen=True)
class PartCost:
    """Of one process: seconds of processor time since it was forked, its share of the memory, and its resident size."""

    cpu: float
    own_mb: float
    resident_mb: float


def measure(_bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    if not Path("/proc/self/smaps_rollup").exists():
        raise BenchmarkFailed("this benchmark reads Linux's /proc/PID/smaps_rollup")
    report("a first demo, which fills the cache")
    _demo(folder / "first")
    report("a demo")
    demo = _demo(folder / "second")
    report("the servers alone")
    servers = _servers_alone(folder / "servers")
    report("moment up")
    up, parts = _up(folder / "up")
    if not parts:
        raise BenchmarkFailed("no forked part was found")
    cpu = max(parts, key=lambda part: part.cpu)
    memory = max(parts, key=lambda part: part.own_mb)
    return [
        Measurement(
            "demo's first webhook ÷ its servers alone",
            demo.to_webhook,
            servers,
            "s",
            at_most(WEBHOOK_SECONDS),
        ),
        Measurement("whole demo ÷ its session", demo.whole, demo.session, "s", at_most(DEMO_SECONDS)),
        Measurement("demo's end ÷ the whole", demo.end, demo.whole, "s", at_most(END_SECONDS)),
        Measurement("up, to the chat page ÷ its servers alone", up, servers, "s", at_most(UP_SECONDS)),
        Measurement(
            "a part's CPU at rest ÷ a new Python's", cpu.cpu, _python_cpu(), "s", at_most(PART_CPU_SECONDS)
        ),
        Measurement(
            "a part's share of memory ÷ its resident size",
            memory.own_mb,
            memory.resident_mb,
            "MB",
            at_most(PART_MEGABYTES),
        ),
    ]


def _demo(folder: Path) -> DemoTimes:
    folder.mkdir()
    start, start_ms = time.monotonic(), time.time() * 1000
    with _command(folder, "demo", "--out", str(folder)) as (process, output):
        for line in output:
            if "coaching_video.mp4" in line:
                break
        last_word = time.monotonic()
        output.read()
        if process.wait(WAIT_SECONDS) != 0:
            raise BenchmarkFailed(f"the demo ended with {process.returncode}")
    end = time.monotonic()
    crossings = json.loads((folder / "transcript.json").read_text())
    webhook = next(crossing for crossing in crossings if crossing["direction"] == "LINE→bot")
    session = json.loads((folder / "timings.json").read_text())["seconds_to_video"]
    return DemoTimes(end - start, (webhook["at"] - start_ms) / 1000, session, end - last_word)


def _up(folder: Path) -> tuple[float, list[PartCost]]:
    folder.mkdir()
    start = time.monotonic()
    with _command(folder, "up", "--port", "0", "--desk-port", "0", "--stripe-port", "0") as (process, output):
        if not any("The chat page" in line for line in output):
            raise BenchmarkFailed("moment up ended before its chat page was there")
        seconds = time.monotonic() - start
        time.sleep(REST_SECONDS)
        parts = [_cost(pid) for pid in _forked_by(process.pid)]
        process.send_signal(signal.SIGINT)
        output.read()
        process.wait(WAIT_SECONDS)
    return seconds, parts


@contextmanager
def _command(folder: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", IO[str]]]:
    """With nothing named in its environment and no `.env` in its folder: all parts are embedded."""
    environment = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    process = subprocess.Popen(
        [sys.executable, "-m", "moment", *arguments],
        cwd=folder,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(WAIT_SECONDS)
        process.stdout.close()


def _is_setting(name: str) -> bool:
    return name.startswith(PREFIX) or name == DATABASE_URL


def _servers_alone(folder: Path) -> float:
    folder.mkdir()
    start = time.monotonic()
    with embedded_servers(folder, database=True, broker=True):
        return time.monotonic() - start


def _python_cpu() -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def _forked_by(pid: int) -> list[int]:
    """The parts: processes forked by the server that the command has started for it."""
    parent_of = parents()
    servers = [each for each, parent in parent_of.items() if parent == pid and FORK in read(each, "cmdline")]
    return [each for each, parent in parent_of.items() if parent in servers]


def _cost(pid: int) -> PartCost:
    fields = stat(pid)
    memory = dict(line.split(":") for line in read(pid, "smaps_rollup").splitlines()[1:])
    own, resident = (int(memory[name].split()[0]) / 1024 for name in ("Pss", "Rss"))
    return PartCost((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), own, resident)
