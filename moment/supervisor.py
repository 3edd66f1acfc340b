"""Child processes, kept running: one that dies is started again, all end with us.

A child holds one end of a pipe as its standard input; when we die without a word, it reads the end of it
and leaves too.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from moment.console import say

POLL_SECONDS = 0.1
STOP_SECONDS = 15.0  # what a child has to finish before it is killed
# A child that dies at once again and again is started ever more slowly.
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
HEALTHY_SECONDS = 30.0

SUPERVISED = "MOMENT_SUPERVISED"


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    start_again_at: float = 0.0


@dataclass
class Supervisor:
    children: list[Child]
    quiet: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        for child in self.children:
            self._start(child)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._end_all()

    def wait(self) -> None:
        """Until SIGINT or SIGTERM."""
        self._stop.wait()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())

    def _start(self, child: Child) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if self.quiet else None,
            stderr=subprocess.DEVNULL if self.quiet else None,
            env={**os.environ, SUPERVISED: "1"},
            start_new_session=True,
        )
        child.started_at = time.monotonic()

    def _watch(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            now = time.monotonic()
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    self._died(child, now)
                elif child.process is None and now >= child.start_again_at:
                    self._start_again(child, now)

    def _start_again(self, child: Child, now: float) -> None:
        try:
            self._start(child)
        except OSError as error:  # out of memory or processes: the next look tries again
            child.start_again_at = now + LONGEST_PAUSE
            say(f"{child.name} can't be started: {error.strerror}")

    def _died(self, child: Child, now: float) -> None:
        assert child.process is not None  # noqa: S101 - the caller saw it end
        lived = now - child.started_at
        child.pause = FIRST_PAUSE if lived > HEALTHY_SECONDS else min(child.pause * 2, LONGEST_PAUSE)
        child.restarts += 1
        child.start_again_at = now + child.pause
        if not self.quiet:
            say(
                f"{child.name} ended with {child.process.returncode}; starting it again in {child.pause:.1f} s"
            )
        child.process = None

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def moment(*arguments: str) -> list[str]:
    """The command line of one of our own processes."""
    return [sys.executable, "-m", "moment", *arguments]


def leave_with_parent(leave: Callable[[], None]) -> None:
    """In a supervised child: calls `leave` when the supervisor is gone."""
    if os.environ.get(SUPERVISED) != "1":
        return

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        leave()

    threading.Thread(target=watch, name="parent", daemon=True).start()
