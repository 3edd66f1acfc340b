"""The bad moments, each done to conversations that are under way."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from psycopg import OperationalError

from desk.stack import Part, ReconcilerPart, Worker
from drills.clock import run_with_wrong_clock
from drills.ground import Ground
from jobs.queue import Queue
from simulator.line.faults import Endpoint

PAUSE_SECONDS = 15.0  # longer than a lease
OUTAGE_SECONDS = 5.0
KILLS = 20
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Fault:
    """`strike` is called when every learner's video is here, or before the first is sent; it may tell in how many seconds
    each of several blows was got over. LINE's faults are taken away after the drill, and `mend` is called."""

    name: str
    strike: Callable[[Ground], Sequence[float] | None]
    is_first: bool = False
    mend: Callable[[Ground], None] | None = None
    learners: int | None = None  # so many, and not as many as in the others
    may_be_tried: Callable[[Ground], bool] = lambda _: True


def _nothing(ground: Ground) -> None:
    """What the others are compared with."""


def _some_taken(endpoint: Endpoint, times: int, **what: Any) -> Callable[[Ground], None]:
    """So often LINE takes the request and fails all the same, then so often it fails without."""

    def strike(ground: Ground) -> None:
        for accept in (True, False):
            ground.stack.desk.fault(endpoint, times=times, accept=accept, **what)

    return strike


def _too_fast(ground: Ground) -> None:
    for endpoint in ("reply", "push"):
        ground.stack.desk.fault(endpoint, status=429, times=4)


def _connections_are_reset(ground: Ground) -> None:
    ground.stack.desk.reset_idle_connections()


def _line_is_away(ground: Ground) -> None:
    ground.stack.desk.close_port(OUTAGE_SECONDS)
    ground.stack.desk.wait_until_ready(OUTAGE_SECONDS * 4)


def _content_errs(ground: Ground) -> None:
    """As often as it takes for its breaker to open; each error more would cost a pause of that."""
    for status in (500, 400, 503):
        ground.stack.desk.fault("content", status=status, times=1)


def _kill(queue: Queue, number: signal.Signals) -> Callable[[Ground], None]:
    return lambda ground: ground.send(Worker(queue), number)


def _kill_web(ground: Ground) -> None:
    ground.send(ground.web, signal.SIGKILL)


def _kill_reconciler(ground: Ground) -> None:
    ground.send(ReconcilerPart(), signal.SIGKILL)


def _stop_all(ground: Ground) -> None:
    ground.signal_workers(signal.SIGTERM)


def _kill_all(ground: Ground) -> None:
    ground.signal_workers(signal.SIGKILL)


def _pause_workers(ground: Ground) -> None:
    ground.signal_workers(signal.SIGSTOP)
    time.sleep(PAUSE_SECONDS)
    ground.signal_workers(signal.SIGCONT)


def _kill_database(ground: Ground) -> None:
    ground.postgres.restart(signal.SIGKILL)


def _restart_database(ground: Ground) -> None:
    ground.postgres.restart(signal.SIGINT)


def _freeze_database(ground: Ground) -> None:
    """It keeps its connections and answers nothing."""
    processes = [*ground.database_processes(), ground.postgres.process_id]
    try:
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _use_up_connections(ground: Ground) -> None:
    """All of the others are ended, and each that becomes free is taken."""
    end = time.monotonic() + OUTAGE_SECONDS
    others = ground.database_processes()
    with ExitStack() as stack:
        while time.monotonic() < end:
            try:
                taken = stack.enter_context(ground.connect())
            except OperationalError:
                time.sleep(0.01)
                continue
            if others:
                taken.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [others])
                others = []


def _kill_again_and_again(ground: Ground) -> Sequence[float]:
    """Any process, and the next as soon as the last one's work is in other hands or done."""
    chance = Random(KILLS)  # noqa: S311 - the same at every run
    return [_kill_and_wait(ground, chance.choice(ground.parts)) for _ in range(KILLS)]


def _kill_and_wait(ground: Ground, part: Part) -> float:
    """Seconds until a new process is there, and nothing waits for the dead one."""
    held = ground.held_by(part.queue) if isinstance(part, Worker) else []
    dead = ground.launcher.process_id(part)
    start = time.monotonic()
    os.kill(dead, signal.SIGKILL)
    while not ground.is_up(part, instead_of=dead) or any(ground.is_still_held(each) for each in held):
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - start


def _put_clock_wrong(off: timedelta) -> Callable[[Ground], None]:
    """Of those who deliver and answer; all others have the right time."""

    def strike(ground: Ground) -> None:
        run = partial(run_with_wrong_clock, run=ground.run_part, off=off)
        for part in (Worker(Queue.CONVERSATION), Worker(Queue.MODELS)):
            ground.start_anew(part, run)

    return strike


def _put_clock_right(ground: Ground) -> None:
    for part in (Worker(Queue.CONVERSATION), Worker(Queue.MODELS)):
        ground.start_anew(part)


def _fill_store(ground: Ground) -> None:
    assert ground.store_disk is not None  # noqa: S101 - else it is not tried
    ground.store_disk.fill()
    time.sleep(PAUSE_SECONDS)
    ground.store_disk.empty()


def _fill_database(ground: Ground) -> None:
    assert ground.postgres_disk is not None  # noqa: S101
    ground.postgres_disk.fill()
    time.sleep(PAUSE_SECONDS)
    ground.postgres_disk.empty()
    if ground.postgres.has_ended:  # it can't go on without its log: whoever keeps it running starts it again
        ground.postgres.restart(signal.SIGKILL)


def _use_up_quota(ground: Ground) -> None:
    """Until the next month, when each learner happens to write: what was held rides on the answer."""
    ground.stack.desk.quota(0)
    time.sleep(PAUSE_SECONDS)
    ground.stack.desk.quota(None)
    for learner in ground.stack.desk.learners():
        learner.location(35.0, 135.0)


def _kill_broker(ground: Ground) -> None:
    ground.valkey.restart(signal.SIGKILL)


def _empty_broker(ground: Ground) -> None:
    ground.empty_broker()


FAULTS = (
    Fault("nothing", _nothing),
    Fault("LINE answers pushes with 500, some of them taken", _some_taken("push", 3, status=500)),
    Fault("connections break in pushes, some of them taken", _some_taken("push", 4, drop=True)),
    Fault("LINE answers replies with 500, some of them taken", _some_taken("reply", 3, status=500)),
    Fault("connections break in replies, some of them taken", _some_taken("reply", 4, drop=True)),
    Fault("LINE says too fast", _too_fast),
    Fault("idle connections are reset on the way", _connections_are_reset),
    Fault("LINE refuses connections for 5 s", _line_is_away),
    Fault("LINE's content API errs", _content_errs, is_first=True),
    *(Fault(f"worker {queue} killed", _kill(queue, signal.SIGKILL)) for queue in Queue),
    Fault("web killed", _kill_web),
    Fault("reconciler killed", _kill_reconciler),
    Fault("all workers killed", _kill_all),
    Fault("all workers told to stop", _stop_all),
    Fault("all workers paused for 15 s", _pause_workers),
    Fault("Postgres killed", _kill_database),
    Fault("Postgres restarted", _restart_database),
    Fault("Postgres frozen for 15 s", _freeze_database),
    Fault("Postgres without a free connection for 5 s", _use_up_connections),
    Fault("Valkey killed", _kill_broker),
    Fault("Valkey emptied", _empty_broker),
    Fault(
        "the store's disk full for 15 s",
        _fill_store,
        is_first=True,
        may_be_tried=lambda g: g.store_disk is not None,
    ),
    Fault(
        "Postgres's disk full for 15 s", _fill_database, may_be_tried=lambda g: g.postgres_disk is not None
    ),
    *(
        Fault(f"two workers' clocks {word} by an hour", _put_clock_wrong(off), mend=_put_clock_right)
        for word, off in (("fast", timedelta(hours=1)), ("slow", timedelta(hours=-1)))
    ),
    Fault("the month's pushes used up for 15 s", _use_up_quota),
    Fault(f"{KILLS} times any process killed", _kill_again_and_again, learners=20),
)
