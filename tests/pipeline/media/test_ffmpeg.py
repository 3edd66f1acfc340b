import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from dramatiq.middleware import Shutdown, raise_thread_exception

from errors import is_outage
from jobs.queue import TIME_LIMIT_MS, TIME_LIMITS_MS, Job
from pipeline.media.ffmpeg import (
    FLOOR_SECONDS,
    LONGEST_SECONDS,
    MOST_BYTES,
    Child,
    DiskFull,
    FfmpegFailure,
    FfmpegTimeout,
    UnreadableInput,
    binary,
    run,
    time_limit,
)

# More than a pipe holds comes first: once the process id is written, the caller is known to be reading.
SLEEPING_FAMILY = "head -c 200000 /dev/zero >&2; echo begin >&2; sleep 60 & echo $! > {pid}; wait"


def has_ended(pid: int, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        time.sleep(0.01)
    return False


def _is_zombie(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip().startswith("Z")


def test_a_timeout_kills_the_child_and_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(FfmpegTimeout) as late:
        run(["sh", "-c", SLEEPING_FAMILY.format(pid=pid)], timeout_seconds=4)
    assert "begin" in late.value.stderr
    assert has_ended(int(pid.read_text()))


def test_the_time_that_is_given_grows_with_the_work_within_the_jobs_own() -> None:
    half_an_hour, full_hd = 30 * 60, 1920 * 1080 * 30
    assert time_limit() == FLOOR_SECONDS
    assert time_limit(half_an_hour, half_an_hour * full_hd) > 60 * 60
    assert time_limit(half_an_hour, half_an_hour * full_hd * 8) == LONGEST_SECONDS
    assert FLOOR_SECONDS * 1000 < TIME_LIMIT_MS
    for job in (Job.PREPARE, Job.RENDER):
        assert TIME_LIMITS_MS[job] >= LONGEST_SECONDS * 1000 + TIME_LIMIT_MS


def test_a_failure_keeps_the_end_of_what_was_said() -> None:
    script = "import sys; sys.stderr.write('x' * 1000000 + 'the reason'); sys.exit(3)"
    with pytest.raises(FfmpegFailure) as failure:
        run([sys.executable, "-c", script], timeout_seconds=20)
    assert failure.value.stderr.endswith("the reason")
    assert len(failure.value.stderr) <= 4096
    assert "3" in str(failure.value)


def test_ffmpeg_itself_fails_by_type(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailure, match="code"):
        run(
            [binary(), "-nostdin", "-i", str(tmp_path / "missing.mp4"), "-f", "null", "-"], timeout_seconds=20
        )


def test_a_child_that_wants_all_the_memory_fails_alone() -> None:
    def wanting(count: int) -> list[str]:
        return [sys.executable, "-c", f"bytearray({count})"]

    run(wanting(MOST_BYTES // 2), timeout_seconds=20)
    with pytest.raises(FfmpegFailure) as failure:
        run(wanting(MOST_BYTES * 2), timeout_seconds=20)
    assert "MemoryError" in failure.value.stderr


def test_a_full_disk_is_no_fault_of_the_work() -> None:
    command = [binary(), "-nostdin", "-y", "-f", "lavfi", "-i", "sine=d=20", "-f", "wav", "/dev/full"]
    with pytest.raises(DiskFull) as failure:
        run(command, timeout_seconds=20)
    assert is_outage(failure.value)


@pytest.mark.parametrize(("code", "is_of_the_file"), [(69, True), (183, True), (1, False), (228, False)])
def test_a_verdict_on_the_file_is_told_apart_from_a_failure_of_ours(code: int, is_of_the_file: bool) -> None:
    with pytest.raises(FfmpegFailure) as failure:
        run(["sh", "-c", f"exit {code}"], timeout_seconds=20)
    assert isinstance(failure.value, UnreadableInput) is is_of_the_file
    assert failure.value.retryable is not is_of_the_file


def test_the_environment_may_name_another_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    default = binary()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/opt/ffmpeg")
    assert binary() == "/opt/ffmpeg" != default


def test_a_child_that_was_being_started_when_the_interrupt_came_is_killed(tmp_path: Path) -> None:
    """Its starter has only an exception in hand."""
    started: list[int] = []

    class Interrupted(Child):
        def __init__(self) -> None:
            super().__init__(["sleep", "60"], start_new_session=True)
            started.append(self.pid)
            raise Shutdown

    with pytest.raises(Shutdown):
        Interrupted()
    gc.collect()
    assert has_ended(started[0])


def test_a_thread_that_is_interrupted_kills_the_child(tmp_path: Path) -> None:
    """As a worker interrupts its jobs when it stops: by an exception that only Python code meets."""
    pid, ends = tmp_path / "pid", []

    def wait_for_child() -> None:
        try:
            run(["sh", "-c", SLEEPING_FAMILY.format(pid=pid)], timeout_seconds=60)
        except Shutdown:
            ends.append("interrupted")

    thread = threading.Thread(target=wait_for_child)
    thread.start()
    while not (pid.exists() and pid.read_text().strip()):
        assert thread.is_alive()
        thread.join(0.01)
    assert thread.ident is not None
    raise_thread_exception(thread.ident, Shutdown)  # type: ignore[no-untyped-call]
    thread.join(10)
    assert ends == ["interrupted"]
    assert has_ended(int(pid.read_text()))


def test_a_worker_told_to_stop_leaves_neither_child_nor_folder(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    work = tmp_path / "work"
    work.mkdir()
    script = f"""
import signal, sys
from pathlib import Path
from pipeline.media.ffmpeg import run
from storage.workspace import workspace
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with workspace(Path({str(work)!r})):
    run(["sh", "-c", {SLEEPING_FAMILY.format(pid=pid)!r}], timeout_seconds=60)
"""
    worker = subprocess.Popen([sys.executable, "-c", script])
    try:
        deadline = time.monotonic() + 20
        while not (pid.exists() and pid.read_text().strip()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list(work.iterdir())
        worker.send_signal(signal.SIGTERM)
        worker.wait(10)
    finally:
        worker.kill()
        worker.wait()
    assert list(work.iterdir()) == []
    assert has_ended(int(pid.read_text()))
