"""Our webhook against a bare FastAPI route: both store every event durably before they answer.

Each server runs alone with the client while it is measured, in turns, on the same database.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import bare_route
from benchmarks.bench import Bench
from benchmarks.load import run_load
from benchmarks.load_client import Load
from benchmarks.measurement import Measurement, at_most, ratio_at_least
from benchmarks.runner import Report
from desk.simulated_line import channels
from desk.stack import ProcessLauncher, Web, wait_for
from desk.supervisor import Child, Supervisor
from settings import LineChannel

ROUNDS = 3
CONNECTIONS = 50
SECONDS = 5.0
WARM_UP_SECONDS = 1.0
THROUGHPUT_GOAL = 1.2
P99_MS = 100.0


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    channel = channels()[0]
    with Supervisor() as supervisor:
        launcher = ProcessLauncher(supervisor, bench.run_part, logs=folder)
        ours_port, bare_port = launcher.reserve_port(), launcher.reserve_port()
        ours_url, bare_url = f"http://127.0.0.1:{ours_port}", f"http://127.0.0.1:{bare_port}"
        launcher.start(Web(ours_port), bench.settings.change(line_channels=[channel]))
        supervisor.add(_bare_route(bench, channel, bare_port, folder / "bare.log"))
        wait_for(f"{ours_url}/readyz", launcher)
        wait_for(f"{bare_url}/readyz", launcher)
        urls = f"{ours_url}/webhooks/line/{channel.name}", f"{bare_url}/webhook"
        return _compare(*urls, channel.channel_secret.get_secret_value(), report)


def _bare_route(bench: Bench, channel: LineChannel, port: int, log: Path) -> Child:
    secret = channel.channel_secret.get_secret_value()
    return Child("bare", bare_route.serve, (bench.settings.database_url, secret.encode(), port), log)


def _compare(ours_url: str, bare_url: str, secret: str, report: Report) -> Sequence[Measurement]:
    report("warming up")
    for url in (ours_url, bare_url):
        _load(url, secret, WARM_UP_SECONDS)
    ours, bare = [], []
    for number in range(ROUNDS):
        report(f"round {number + 1} of {ROUNDS}")
        ours.append(_load(ours_url, secret, SECONDS))
        bare.append(_load(bare_url, secret, SECONDS))
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


def _load(url: str, secret: str, seconds: float) -> Load:
    return run_load(url, seconds, ["--secret", secret, "--connections", str(CONNECTIONS)])
