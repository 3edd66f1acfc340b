"""Child processes, kept running: one that dies is started again, all end with us.

They are forked from one server that has imported what they run (multiprocessing docs, "forkserver"): a start costs
milliseconds, and what was imported lies in memory once.
"""

import multiprocessing
import multiprocessing.forkserver
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from desk.console import say

POLL_SECONDS = 0.1
STOP_SECONDS = 15.0  # what a child has to finish before it is killed
# A child that dies at once again and again is started ever more slowly.
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
HEALTHY_SECONDS = 30.0

_FORKS = multiprocessing.get_context("forkserver")


def preload(modules: Sequence[str]) -> None:
    """Starts the server of all children, which imports these first. Comes before the first child, and returns at
    once."""
    _FORKS.set_forkserver_preload(list(modules))
    multiprocessing.forkserver.ensure_running()


@dataclass
class Child:
    """Calls `run`, a function of a module, with `arguments`. What it says goes to `log`, to our own terminal without
    one."""

    name: str
    run: Callable[..., object]
    arguments: tuple[object, ...] = ()
    log: Path | None = None
    process: ForkServerProcess | None = None
    started_at: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    start_again_at: float = 0.0


@dataclass
class Supervisor:
    children: list[Child] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        for child in self.children:
            _start(child)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._end_all()

    def add(self, child: Child) -> None:
        """Starts one more."""
        with self._lock:
            self.children.append(child)
            _start(child)

    def wait(self) -> None:
        """Until SIGINT or SIGTERM."""
        self._stop.wait()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())

    def _watch(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            now = time.monotonic()
            with self._lock:
                for child in self.children:
                    if child.process is not None and child.process.exitcode is not None:
                        _note_death(child, child.process.exitcode, now)
                    elif child.process is None and now >= child.start_again_at:
                        _start_again(child, now)

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            process.join(max(0.1, deadline - time.monotonic()))
            if process.is_alive():
                _kill(process)


def _start(child: Child) -> None:
    # multiprocessing ends what is "daemon" when we end, should nobody have come to it before.
    process = _FORKS.Process(
        target=_live, args=(child.run, child.arguments, child.log), name=child.name, daemon=True
    )
    process.start()
    child.process = process
    child.started_at = time.monotonic()


def _start_again(child: Child, now: float) -> None:
    try:
        _start(child)
    except OSError as error:  # out of memory or processes: the next look tries again
        child.start_again_at = now + LONGEST_PAUSE
        say(f"{child.name} can't be started: {error.strerror}")


def _note_death(child: Child, code: int, now: float) -> None:
    lifetime = now - child.started_at
    child.pause = FIRST_PAUSE if lifetime > HEALTHY_SECONDS else min(child.pause * 2, LONGEST_PAUSE)
    child.restarts += 1
    child.start_again_at = now + child.pause
    if child.log is None:
        say(f"{child.name} ended with {code}; starting it again in {child.pause:.1f} s")
    child.process = None


def _kill(process: ForkServerProcess) -> None:
    """With what it has started itself, which is of its process group."""
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join()


def _live(run: Callable[..., object], arguments: tuple[object, ...], log: Path | None) -> None:
    """The child's whole life."""
    os.setsid()  # Ctrl-C reaches our supervisor alone, which ends us in order
    if log is not None:
        with log.open("ab") as file:
            for stream in (sys.stdout, sys.stderr):
                os.dup2(file.fileno(), stream.fileno())
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    run(*arguments)


def _leave_with_parent() -> None:
    """A supervisor that is killed cannot end us: we notice, and stop as if it had told us to."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - this is a child
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os.killpg(0, signal.SIGKILL)
