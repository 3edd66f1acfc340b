"""The bad moments, each done to conversations that are under way."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from psycopg import OperationalError

from desk.stack import ReconcilerPart, Web, Worker
from drills.ground import Ground
from jobs.queue import Queue
from simulator.line.faults import Endpoint

PAUSE_SECONDS = 15.0  # longer than a lease
OUTAGE_SECONDS = 5.0


@dataclass(frozen=True)
class Fault:
    """`strike` is called when every learner's video is here, or before the first is sent; LINE's faults are taken away
    after the drill."""

    name: str
    strike: Callable[[Ground], None]
    is_first: bool = False


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
    for status in (500, 400, 503):
        ground.stack.desk.fault("content", status=status, times=3)


def _kill(queue: Queue, number: signal.Signals) -> Callable[[Ground], None]:
    return lambda ground: ground.send(Worker(queue), number)


def _kill_web(ground: Ground) -> None:
    ground.send(Web(int(ground.stack.web_url.rpartition(":")[2])), signal.SIGKILL)


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
)
