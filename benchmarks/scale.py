"""Many learners at once: cooks that are queued, with 1, 2 and 4 processes that call the models; what a cook asks of the
database while few and many are at work and a million rows are old; how much a worker grows; a burst of taps; and what one
learner who taps a hundred times a second does to the others.

The models only take their time. With two threads a process does a quarter of a cook a second, so that two processors are
not the limit of four of them: what a cook costs of their time is told. Nothing is rendered, for that is all processor: see
`moment bench render`. LINE is the crowd's.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import text

from benchmarks import backlog, crowd, fixed_latency
from benchmarks.bench import Bench, BenchmarkFailed
from benchmarks.counting import counted, run_counted
from benchmarks.crowd import Plan
from benchmarks.footage import clip, memo
from benchmarks.learners import Footage, add_cooks, add_learners, forget_all, wake
from benchmarks.measurement import Measurement, at_most, ratio_at_least, ratio_at_most
from benchmarks.memory import rss_mb
from benchmarks.processes import PROC, cpu_of_all
from benchmarks.runner import Report
from desk.simulated_line import channels
from desk.stack import ProcessLauncher, ReconcilerPart, Web, Worker, wait_for
from desk.supervisor import Child, Supervisor
from jobs.queue import Job, Queue
from models.database import Database
from pipeline.media.probe import check_usable
from settings import Settings

THREADS = 2  # that call models, of each process
SCALES_BY = 0.85  # of what so many processes would do if each did as one alone
MOST_STATEMENTS = 60.0
SAME = 1.05  # of statements a cook, by many cooks and old rows
STAGES = 6  # of a cook, up to the narration
SETTLED = 0.25  # of the work, after which a worker has what it needs
MEMORY_MB = 10.0
CORES = os.cpu_count() or 1
PACED, TAPS_A_SECOND, NOISE = 21, 0.5, 100.0  # learners, one of whom makes the noise
TAKEN_MS, HANDLED_SECONDS, DELAY_MS = 150.0, 60.0, 200.0
LOOK_SECONDS = 0.1
STUCK_SECONDS = 300.0  # without a cook that ends


@dataclass(frozen=True)
class Size:
    """How much of each is measured. `share` of the models' seconds; `cooks` of one process; `few` and `many` at once,
    these beside others `at_work` and `old` rows."""

    share: float = 1.0
    processes: Sequence[int] = (1, 2, 4)
    cooks: int = 16
    few: int = 100
    many: int = 1_000
    at_work: int = 10_000
    old: int = 1_000_000
    burst: int = 10_000
    learners: int = 500
    noisy_seconds: float = 20.0


def measure(bench: Bench, folder: Path, report: Report, size: Size | None = None) -> Sequence[Measurement]:
    if not PROC.exists():
        raise BenchmarkFailed("this benchmark reads Linux's /proc")
    size = size or Size()
    (folder / "counts").mkdir()
    settings = bench.settings.change(model_threads=THREADS, store_dir=folder / "objects")
    run = partial(run_counted, run=bench.run, folder=folder / "counts")
    bench = replace(bench, settings=settings, run=run)
    with closing(Database(settings.database_url or "", pool=2)) as database:
        ground = Ground(bench, folder, database, _footage(folder), report)
        return [*_cooks(ground, size), *_taps(ground, size)]


def _footage(folder: Path) -> Footage:
    film = clip(folder / "clip.mp4", seconds=6, size="180x320")
    return Footage(film, check_usable(film), memo(folder / "memo.m4a"))


@dataclass(frozen=True)
class Ground:
    """What all of it is measured on."""

    bench: Bench
    folder: Path
    database: Database
    footage: Footage
    report: Report

    @contextmanager
    def parts(self, *parts: Web | Worker | ReconcilerPart) -> Iterator["Running"]:
        """These and the crowd, ready, until the block ends."""
        with Supervisor() as supervisor:
            launcher = ProcessLauncher(supervisor, self.bench.run_part, logs=self.folder)
            line_port, web_port = launcher.reserve_port(), launcher.reserve_port()
            line_url, web_url = f"http://127.0.0.1:{line_port}", f"http://127.0.0.1:{web_port}"
            supervisor.add(Child("crowd", crowd.serve, (line_port,), self.folder / "crowd.log"))
            settings = self.bench.settings.change(
                line_channels=channels(), line_api_url=line_url, public_url=web_url
            )
            for part in parts:
                launcher.start(replace(part, port=web_port) if isinstance(part, Web) else part, settings)
            wait_for(f"{line_url}/", launcher)
            if any(isinstance(part, Web) for part in parts):
                wait_for(f"{web_url}/readyz", launcher)
            yield Running(settings, launcher, line_url, web_url)

    def with_models(self, share: float) -> "Ground":
        """That take so much of their usual seconds."""
        build = partial(fixed_latency.build, share=share)
        return replace(self, bench=replace(self.bench, build=build))

    def forget_all(self) -> None:
        forget_all(self.database, self.bench.settings.broker_url or "")

    def queue_cooks(self, count: int) -> "Queued":
        add_learners(self.database, count, channels()[0].name)
        ids = add_cooks(self.database, self.folder / "objects", self.footage)
        wake(self.bench.settings.broker_url or "", ids)
        return Queued(self.database, min(ids))

    def forget_events(self) -> None:
        with self.database.transaction() as db:
            db.execute(text("DELETE FROM inbox_event"))

    def handled(self, sent: int) -> tuple[float, int]:
        """Seconds from the first event to the end of the last one's handling; how many are not there, or were given up."""
        statement = """SELECT extract(epoch FROM max(handled_at) - min(received_at)),
                              count(*) FILTER (WHERE handled_at IS NOT NULL AND outcome <> 'failed') FROM inbox_event"""
        with self.database.transaction() as db:
            seconds, handled = db.execute(text(statement)).one()
        return float(seconds), sent - handled

    def statements(self) -> float:
        """That jobs have sent so far: what the reconciler and the leases' clock send goes by time, not by cooks."""
        counts = counted(self.folder / "counts")
        return sum(count for job, count in counts.items() if job in set(Job))


@dataclass(frozen=True)
class Queued:
    """Cooks that wait, from this one on."""

    database: Database
    first_id: int

    def wait(self, stages: int) -> None:
        """Until so many are done."""
        self._wait(
            "SELECT count(*) FROM stage_run WHERE session_id >= :first AND finished_at IS NOT NULL", stages
        )

    def wait_for_texts(self, cooks: int) -> None:
        """Until so many stand in their chats."""
        self._wait(
            """SELECT count(*) FROM message
                WHERE session_id >= :first AND kind = 'coaching_ready' AND delivered_at IS NOT NULL""",
            cooks,
        )

    def _wait(self, statement: str, goal: int) -> None:
        """Raises BenchmarkFailed when nothing more comes."""
        seen, since = 0, time.monotonic()
        while seen < goal:
            time.sleep(LOOK_SECONDS)
            with self.database.transaction() as db:
                now = db.execute(text(statement), {"first": self.first_id}).scalar_one()
            if now > seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > STUCK_SECONDS:
                raise BenchmarkFailed(f"{seen} of {goal} are done, and no more come")


@dataclass(frozen=True)
class Running:
    settings: Settings
    launcher: ProcessLauncher
    line_url: str
    web_url: str

    def play(self, plan: Plan) -> crowd.Seen:
        channel = self.settings.line_channels[0]
        url = f"{self.web_url}/webhooks/line/{channel.name}"
        secret = channel.channel_secret.get_secret_value()
        return crowd.play(self.line_url, replace(plan, url=url, secret=secret))


def _cooks(ground: Ground, size: Size) -> Sequence[Measurement]:
    paced = ground.with_models(size.share)
    rates = {count: _rate(paced, count, size.cooks * count) for count in size.processes}
    alone, *_ = rates.values()
    at_once = ground.with_models(0.0)
    ground.forget_all()
    few = _coached(at_once, size.few, "on an empty database")
    ground.forget_all()
    ground.report(f"filling in {size.old:,} old rows and {size.at_work:,} cooks at work")
    backlog.fill(ground.database, settled=size.old, at_work=size.at_work)
    many = _coached(at_once, size.many, "beside them")
    ground.forget_all()
    return [
        *(
            Measurement(f"cooks a second, {count} processes ÷ {count} × one", rate, alone * count, "cooks/s",
                        ratio_at_least(SCALES_BY))
            for count, rate in rates.items()
        ),
        Measurement(f"from stored footage to text and narration, {size.few:,} cooks", few.statements, MOST_STATEMENTS,
                    "statements", at_most(MOST_STATEMENTS)),
        Measurement(f"… {size.many:,}, beside {size.at_work:,} and {size.old:,} old rows", many.statements,
                    few.statements, "statements", ratio_at_most(SAME)),
        Measurement("processor time a cook, all processes", many.cpu, few.cpu, "s", ratio_at_most(1 / SCALES_BY)),
        Measurement(f"a worker's growth in the last {1 - SETTLED:.0%} of {size.many:,} cooks", many.end_mb - many.settled_mb,
                    many.settled_mb, "MB", at_most(MEMORY_MB)),
    ]  # fmt: skip


def _rate(ground: Ground, processes: int, cooks: int) -> float:
    """Cooks a second."""
    ground.report(f"{cooks} cooks, {processes} process(es) that call models")
    ground.forget_all()
    models = [Worker(Queue.MODELS)] * processes
    with ground.parts(Worker(Queue.CONVERSATION), *models, ReconcilerPart()):
        ground.queue_cooks(cooks).wait(cooks * STAGES)
    with ground.database.transaction() as db:
        seconds = db.execute(text("SELECT max(finished_at) - min(started_at) FROM stage_run")).scalar_one()
    return cooks / float(seconds.total_seconds())


@dataclass(frozen=True)
class Coached:
    """Of each cook: statements, and seconds of processor time; and the resident size of the worker that called the models,
    once it had done a part of its work and at its end."""

    statements: float
    cpu: float
    settled_mb: float
    end_mb: float


def _coached(ground: Ground, cooks: int, where: str) -> Coached:
    worker = Worker(Queue.MODELS)
    with ground.parts(Worker(Queue.CONVERSATION), worker, ReconcilerPart()) as running:
        ground.report(f"{cooks:,} cooks {where}")
        statements, cpu = ground.statements(), cpu_of_all()
        queued = ground.queue_cooks(cooks)
        queued.wait(int(cooks * STAGES * SETTLED))
        settled_mb = rss_mb(running.launcher.process_id(worker))
        queued.wait(cooks * STAGES)
        end_mb = rss_mb(running.launcher.process_id(worker))
        queued.wait_for_texts(cooks)
        statements, cpu = ground.statements() - statements, cpu_of_all() - cpu
    return Coached(statements / cooks, cpu / cooks, settled_mb, end_mb)


def _taps(ground: Ground, size: Size) -> Sequence[Measurement]:
    add_learners(ground.database, size.learners, channels()[0].name)
    paced = Plan(PACED, seconds=size.noisy_seconds, rate=TAPS_A_SECOND)
    conversation = [Worker(Queue.CONVERSATION)] * CORES
    with ground.parts(Web(0), *conversation, ReconcilerPart()) as running:
        ground.report("warming up")
        running.play(Plan(size.learners, burst=size.learners))
        ground.forget_events()
        ground.report(f"{size.burst:,} taps at once")
        cpu = cpu_of_all()
        burst = running.play(Plan(size.learners, burst=size.burst))
        seconds, lost = ground.handled(burst.sent - burst.refused)
        cpu = (cpu_of_all() - cpu) / burst.sent
        ground.report("taps of some, one after the other")
        calm = running.play(paced)
        ground.report(f"and of one who taps {NOISE:g} times a second")
        noisy = running.play(replace(paced, first_rate=NOISE))
    return [
        Measurement(f"{size.burst:,} taps at once: refused, lost or answered twice", burst.refused + lost + burst.doubled,
                    burst.sent, "taps", at_most(0)),
        Measurement("… until 200, p99", burst.taken_p99, burst.taken_p50, "ms", at_most(TAKEN_MS)),
        Measurement("… until the last is handled", seconds, HANDLED_SECONDS, "s", at_most(HANDLED_SECONDS)),
        Measurement("… answers too late for a reply, which cost a push", burst.pushed, burst.sent, "pushes", at_most(0)),
        Measurement("… processor time a tap, all processes", cpu * 1000, HANDLED_SECONDS * 1000 * CORES / size.burst, "ms",
                    ratio_at_most(1)),
        Measurement(f"one taps {NOISE:g} times a second: others' answers later by, p95", noisy.others_p95 - calm.others_p95,
                    calm.others_p95, "ms", at_most(DELAY_MS)),
        Measurement("… others' taps that had no answer", noisy.others_unanswered, noisy.sent, "taps", at_most(0)),
    ]  # fmt: skip
