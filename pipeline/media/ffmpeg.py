"""Runs ffmpeg as a child that cannot outlive its time, its caller or its folder."""

import errno
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from imageio_ffmpeg import get_ffmpeg_exe

from child import with_memory_limit, with_our_end
from errors import MomentError

# An uploaded file is opened from disk, by a demuxer we expect, and by nothing else: a playlist named .mp4
# would otherwise make ffmpeg open the files and addresses it lists (ffmpeg-protocols, ffmpeg-formats docs).
UNTRUSTED_INPUT = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,matroska"}
# A picture whose size changes on the way goes on through the same filters, of which scale follows it; by default all of
# them begin anew, and forget what they have counted (ffmpeg docs, -reinit_filter).
ANY_SIZE = {"reinit_filter": 0}
QUIET = ("-hide_banner", "-nostdin", "-nostats")
STDERR_TAIL_BYTES = 4096
# Slower than any machine that is worth its rent, so that only what stands still is ended: full HD at 20 pictures a second.
FLOOR_SECONDS = 300.0
PIXELS_PER_SECOND = 4.0e7
LONGEST_SECONDS = 2 * 60 * 60.0  # the outer bounds of jobs are longer still (jobs/queue.py)
# Too many pictures lost (ffmpeg docs, -max_error_rate), and the low byte of AVERROR_INVALIDDATA: verdicts on the input. Every
# other code (killed, a filter) is ours, and may pass.
_UNREADABLE = (69, 183)
_DISK_FULL = 256 - errno.ENOSPC
# Three times what a coaching video of 4K 10-bit HEVC took (0.9 GiB, two threads a codec): a clip that wants more is a bomb.
MOST_BYTES = 3 * 1024**3
NOTICE_SECONDS = 0.05  # until a thread that waits for ffmpeg can be interrupted


class FfmpegError(MomentError):
    """`stderr` is the last 4 kB of ffmpeg's messages: for operators, never for learners."""

    retryable = True

    def __init__(self, message: str, stderr: str) -> None:
        super().__init__(message)
        self.stderr = stderr


class FfmpegFailure(FfmpegError):
    """ffmpeg ended with another code than 0; below 0 it is the signal that killed it."""

    def __init__(self, code: int, stderr: str) -> None:
        super().__init__(f"ffmpeg ended with code {code}", stderr)
        self.code = code


class UnreadableInput(FfmpegFailure):
    """The file is to blame: it cannot be opened, or too much of it cannot be decoded."""

    retryable = False


class DiskFull(FfmpegFailure):
    """There is no room for what it writes."""

    outage = True
    fix = "make room where temporary files lie (TMPDIR)"


class FfmpegTimeout(FfmpegError):
    """ffmpeg did not end in time and was killed. Once more, as the machine may have been busy; then as long again is no
    use."""

    most_tries = 2


def binary() -> str:
    """The ffmpeg that IMAGEIO_FFMPEG_EXE names, else the one that the package carries."""
    return str(get_ffmpeg_exe())


def thread_cap() -> int:
    """Threads for one codec: more than four gain nothing at 720 px and cost memory."""
    return min(4, os.cpu_count() or 1)


def time_limit(seconds: float = 0.0, pixels: float = 0.0) -> float:
    """Seconds within which so much sound, and so many pixels of all pictures together, must have been worked through."""
    return min(FLOOR_SECONDS + seconds + pixels / PIXELS_PER_SECOND, LONGEST_SECONDS)


def run(command: Sequence[str], *, timeout_seconds: float) -> str:
    """Runs `command` and returns the end of its stderr. Raises UnreadableInput, DiskFull, FfmpegFailure, FfmpegTimeout.

    The child leads its own process group, so that whatever ends this call early (a timeout, a worker told
    to stop) ends all of it, and ends when we are killed.
    """
    tail = bytearray()
    end = time.monotonic() + timeout_seconds
    process = Child(
        with_our_end(with_memory_limit(command, MOST_BYTES)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        with process.stderr as stderr:  # type: ignore[union-attr]
            _keep_tail(stderr, tail, end)
            process.wait(max(0.0, end - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired) as timeout:
        raise FfmpegTimeout(f"ffmpeg took longer than {timeout_seconds:g} s", _text(tail)) from timeout
    finally:
        _kill_group(process)
    if process.returncode in _UNREADABLE:
        raise UnreadableInput(process.returncode, _text(tail))
    if process.returncode == _DISK_FULL:
        raise DiskFull(process.returncode, _text(tail))
    if process.returncode != 0:
        raise FfmpegFailure(process.returncode, _text(tail))
    return _text(tail)


class Child(subprocess.Popen[bytes]):
    """Ends with whoever holds it: a worker told to stop may be interrupted in the middle of starting it, when nobody
    has it in hand yet."""

    def __del__(self) -> None:
        if getattr(self, "pid", None) is not None:
            _kill_group(self)
        super().__del__()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _keep_tail(stderr: IO[bytes], tail: bytearray, end: float) -> None:
    """Until nobody writes to it any more. Raises TimeoutError at `end` (monotonic seconds).

    Not in a thread of its own: a worker told to stop is interrupted anywhere, also in the middle of starting one.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(stderr, selectors.EVENT_READ)
        while time.monotonic() < end:
            if not selector.select(NOTICE_SECONDS):
                continue
            chunk = os.read(stderr.fileno(), 65536)
            if not chunk:
                return
            tail += chunk
            del tail[:-STDERR_TAIL_BYTES]
    raise TimeoutError


def _text(tail: bytearray) -> str:
    return tail.decode("utf-8", "replace")
