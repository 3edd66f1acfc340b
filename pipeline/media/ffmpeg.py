"""Runs ffmpeg as a child that cannot outlive its time, its caller or its folder."""

import atexit
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from shutil import rmtree
from typing import IO

from settings import settings

# An uploaded file is opened from disk, by a demuxer we expect, and by nothing else: a playlist named .mp4
# would otherwise make ffmpeg open the files and addresses it lists (ffmpeg-protocols, ffmpeg-formats docs).
UNTRUSTED_INPUT = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,matroska"}
QUIET = ("-hide_banner", "-nostdin", "-nostats")
STDERR_KEPT_BYTES = 4096

_WORKSPACE_PREFIX = "moment-media-"
_ABANDONED_AFTER_SECONDS = 6 * 3600
_running: "set[subprocess.Popen[bytes]]" = set()


class FfmpegError(Exception):
    """`stderr` is the last 4 kB that ffmpeg said: for operators, never for learners."""

    def __init__(self, message: str, stderr: str) -> None:
        super().__init__(message)
        self.stderr = stderr


class FfmpegFailed(FfmpegError):
    """ffmpeg ended with another code than 0; below 0 it is the signal that killed it."""

    def __init__(self, code: int, stderr: str) -> None:
        super().__init__(f"ffmpeg ended with code {code}", stderr)
        self.code = code


class FfmpegTimeout(FfmpegError):
    """ffmpeg did not end in time and was killed."""


@lru_cache(maxsize=1)
def binary() -> str:
    """The ffmpeg named by the settings, else the one that the package carries."""
    if chosen := settings().ffmpeg:
        return chosen
    from imageio_ffmpeg import get_ffmpeg_exe

    return str(get_ffmpeg_exe())


def thread_cap() -> int:
    """Threads for one codec: more than four gain nothing at 720 px and cost memory."""
    return min(4, os.cpu_count() or 1)


def run(command: Sequence[str], *, timeout_seconds: float) -> str:
    """Runs `command` and returns the end of its stderr. Raises FfmpegFailed, FfmpegTimeout.

    The child leads its own process group, so that whatever ends this call early (a timeout, a worker told
    to stop) ends all of it.
    """
    tail = bytearray()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _running.add(process)
    try:
        reader = threading.Thread(target=_keep_tail, args=(process.stderr, tail), daemon=True)
        reader.start()
        process.wait(timeout_seconds)
        reader.join(timeout_seconds)
    except subprocess.TimeoutExpired as late:
        _kill_group(process)
        reader.join(1)
        raise FfmpegTimeout(f"ffmpeg took longer than {timeout_seconds:g} s", _text(tail)) from late
    finally:
        _kill_group(process)
        _running.discard(process)
    if process.returncode != 0:
        raise FfmpegFailed(process.returncode, _text(tail))
    return _text(tail)


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """A private folder, gone when the block is left by any road; sweeps up those of killed processes."""
    base = parent or Path(tempfile.gettempdir())
    for left in base.glob(f"{_WORKSPACE_PREFIX}*"):
        if time.time() - _modified(left) > _ABANDONED_AFTER_SECONDS:
            rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=_WORKSPACE_PREFIX, dir=base, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@atexit.register
def _kill_all() -> None:
    """A worker that stops does not wait for its threads, and their children would outlive it."""
    for process in list(_running):
        _kill_group(process)


def _keep_tail(stderr: IO[bytes], tail: bytearray) -> None:
    with stderr:
        while chunk := os.read(stderr.fileno(), 65536):
            tail += chunk
            del tail[:-STDERR_KEPT_BYTES]


def _text(tail: bytearray) -> str:
    return tail.decode("utf-8", "replace")


def _modified(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return time.time()
