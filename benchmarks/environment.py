"""The environment a benchmark and its children run in, and the children themselves."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models import database
from pipeline import queue
from pipeline.providers import loading
from settings import settings

START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOG_KEPT_CHARACTERS = 2000


class BenchmarkFailed(Exception):
    """Nothing could be measured; the message says why."""


@contextmanager
def named(**variables: str) -> Iterator[None]:
    """Settings for this process and its children until the block ends, over what the environment named."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    _start_afresh()
    try:
        yield
    finally:
        _start_afresh()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()


def _start_afresh() -> None:
    """Lets go of what was made from the settings before."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    for cached in (settings, database.engine, queue.broker, loading.made, loading.store):
        cached.cache_clear()


@contextmanager
def running(log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m` with these arguments until the block ends; what it says goes to `log`."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            # Our own processes leave when this pipe closes, so that none outlives a benchmark that was killed.
            stdin=subprocess.PIPE,
            env={**os.environ, "MOMENT_SUPERVISED": "1"},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def wait_until_answering(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until `url` answers with a success. Raises BenchmarkFailed when the process ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise BenchmarkFailed(f"{url} does not answer: {log.read_text(errors='replace')[-LOG_KEPT_CHARACTERS:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
