"""Commands run as a person would run them, and what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from settings import DATABASE_URL, PREFIX

MARKER = "MOMENT_TEST_MARKER"  # inherited by every descendant
ROOT = Path(__file__).parents[2]
MODULE = "moment"
QUICK_MODULE = "tests.quick_moment"  # the same commands on the quick providers
START_SECONDS = 120.0  # the machine may be busy
STOP_SECONDS = 180.0  # a busy machine, and a worker that is given its time to finish
LOOK = 0.1
T = TypeVar("T")


@contextmanager
def command(*arguments: str, folder: Path, module: str = MODULE, **variables: str) -> Iterator["Command"]:
    """`python -m moment …` with no part named in its environment; whatever is left of it is killed at the end."""
    started = Command([sys.executable, "-m", module, *arguments], folder, variables)
    try:
        yield started
    finally:
        for pid in started.family():
            os.kill(pid, signal.SIGKILL)
        started.process.wait()


class Command:
    def __init__(self, line: list[str], folder: Path, variables: Mapping[str, str]) -> None:
        self.marker = uuid4().hex
        self.scratch = folder / "tmp"
        self.scratch.mkdir()
        self.scratch.chmod(0o711)  # the embedded Postgres, which runs unprivileged, must enter it
        self.log = folder / "output.txt"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                line,
                cwd=folder,
                env=environment(
                    **{MARKER: self.marker, "TMPDIR": str(self.scratch), "PYTHONFAULTHANDLER": "1"},
                    **variables,
                ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def family(self) -> list[int]:
        """The pids of the command and of everything that descends from it.

        Told by the environment or, as Postgres writes over its own, by a command line that names our folder.
        """
        if not Path("/proc").exists():
            return _family_by_ps(self.marker)
        marker, folder = f"{MARKER}={self.marker}".encode(), str(self.log.parent).encode()
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit()
            and (marker in _read(entry / "environ") or folder in _read(entry / "cmdline"))
        ]

    def interrupt(self) -> int:
        """Ctrl-C; returns the exit code. Raises AssertionError with what all threads are at when it does not end."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"not ended by Ctrl-C:\n{self.output}") from error


def run(*arguments: str, module: str = MODULE, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )


def run_script(script: str, **variables: str) -> str:
    """What a Python program says; it must end well."""
    child = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


def environment(**variables: str) -> dict[str, str]:
    """Ours without any setting of Moment's, so that every part falls back, and without what it sets itself."""
    ours = (DATABASE_URL, "ORT_DISABLE_TELEMETRY")
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name not in ours
    }
    return {**others, "PYTHONPATH": str(ROOT), **variables}


def wait_until(condition: Callable[[], T], what: str, seconds: float = START_SECONDS) -> T:
    deadline = time.monotonic() + seconds
    while not (fact := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(LOOK)
    return fact


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # gone, or not ours
        return b""


def _family_by_ps(marker: str) -> list[int]:
    ps = subprocess.run(["ps", "-Eww", "-axo", "pid,command"], capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in ps.stdout.splitlines() if marker in line and "ps -E" not in line]
