"""How much the worker that fetches learners' videos grows with a large one.

The large file is a small clip with a free box behind it, so only its bytes are large. The worker has fetched
the small one before: what it loads at its first video is not counted as growth.
"""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import select

from benchmarks.bench import Bench, BenchmarkFailed, learner_before_video
from benchmarks.footage import clip, pad
from benchmarks.measurement import Measurement, at_most
from benchmarks.runner import Report
from desk.stack import Stack, Worker
from jobs.queue import Queue
from models.database import Database
from models.session import CookingSession
from models.user import User
from simulator.line.client import Learner

ROUNDS = 3
LARGE_BYTES = 200 * 1024 * 1024
GOAL_MB = 32.0
MEGABYTE = 1024 * 1024
WAIT_SECONDS = 120.0
SAMPLE_SECONDS = 0.01
LOOK_SECONDS = 0.1


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    small = clip(folder / "small.mp4", seconds=4, size="360x640")
    large = pad(small, folder / "large.mp4", total_bytes=LARGE_BYTES)
    database = Database(bench.settings.database_url or "")
    with closing(database), bench.stack(folder, [Queue.CONVERSATION, Queue.MEDIA]) as (stack, launcher):
        pid = launcher.process_id(Worker(Queue.MEDIA))
        report("a small video first")
        _fetch(stack, database, small)
        before = rss_mb(pid)
        peak = before
        for number in range(ROUNDS):
            report(f"a video of 200 MB, {number + 1} of {ROUNDS}")
            with watch_size(pid) as watch:
                _fetch(stack, database, large)
            peak = max(peak, watch.peak_mb)
    return [
        Measurement("media worker's growth ÷ its size at rest", peak - before, before, "MB", at_most(GOAL_MB))
    ]


def _fetch(stack: Stack, database: Database, video: Path) -> None:
    """Sends the video, waits until it is stored, and takes it back so that the disk does not fill up."""
    learner = learner_before_video(stack)
    message = learner.video(video)
    deadline = time.monotonic() + WAIT_SECONDS
    while not _is_stored(learner, database):
        if time.monotonic() > deadline:
            raise BenchmarkFailed(f"the video was not stored within {WAIT_SECONDS:g} s")
        time.sleep(LOOK_SECONDS)
    learner.unsend(message.message_id or "")


def _is_stored(learner: Learner, database: Database) -> bool:
    statement = select(CookingSession).join(User).where(User.line_user_id == learner.user_id)
    with database.transaction() as db:
        return db.exec(statement).one().raw_video_url != ""


@dataclass
class Watch:
    """The highest resident size so far, in MB."""

    pid: int
    peak_mb: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak_mb = max(self.peak_mb, rss_mb(self.pid))

    def stop(self) -> None:
        self._done.set()


@contextmanager
def watch_size(pid: int) -> Iterator[Watch]:
    watch = Watch(pid)
    thread = threading.Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()


def rss_mb(pid: int) -> float:
    """A process's resident size: from Linux's /proc/PID/status (proc(5)), elsewhere from ps."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
        kibibytes = line.split()[1]
    else:
        kibibytes = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
        ).stdout
    return int(kibibytes) * 1024 / MEGABYTE
