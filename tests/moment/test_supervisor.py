"""Children that die are started again; all end with us, and what they have started with them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from desk.embedded import EmbeddedPostgres, EmbeddedValkey, scratch_folder
from desk.supervisor import Child, Supervisor
from pipeline.media import ffmpeg
from tests.moment.children import ROOT, wait_until


def stay(notes: Path) -> None:
    """What a child runs: it notes its pid and stays."""
    _note(notes, os.getpid())
    threading.Event().wait()


def encode(notes: Path) -> None:
    """What a child runs: a program of its own that takes long, as ffmpeg may."""
    ffmpeg.run(["sh", "-c", f"echo $$ >> {notes}; exec sleep 600"], timeout_seconds=600)


def die() -> None:
    raise SystemExit(3)


def supervise(notes: Path) -> None:
    """What a parent runs that is to be killed."""
    with Supervisor([Child("staying", stay, (notes,)), Child("encoding", encode, (notes,))]) as supervisor:
        supervisor.wait()


def start_servers(folder: Path, notes: Path) -> None:
    """What a parent runs that is to be killed."""
    postgres, valkey = EmbeddedPostgres(folder / "postgres"), EmbeddedValkey(folder / "valkey")
    postgres.start()
    valkey.start()
    for process in (postgres.process, valkey.process):
        assert process is not None
        _note(notes, process.pid)
    threading.Event().wait()


def _note(notes: Path, pid: int) -> None:
    with notes.open("a") as file:
        file.write(f"{pid}\n")


def _pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_once_noted(call: str, notes: Path) -> None:
    """Runs `call` in a process of its own, kills it once it has two pids to note, and waits for the end of both."""
    script = f"from pathlib import Path\nfrom tests.moment import test_supervisor\ntest_supervisor.{call}"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    wait_until(lambda: len(_pids(notes)) == 2, "both")
    process.kill()
    process.wait()
    wait_until(lambda: not any(_alive(pid) for pid in _pids(notes)), "the orphans' end")


def test_a_killed_child_is_started_again_and_ends_with_the_block(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    child = Child("staying", stay, (notes,))
    with Supervisor([child]):
        wait_until(lambda: len(_pids(notes)) == 1, "the child")
        os.kill(_pids(notes)[0], signal.SIGKILL)
        wait_until(lambda: len(_pids(notes)) == 2, "its successor")
        assert child.restarts == 1
    assert not any(_alive(pid) for pid in _pids(notes))


def test_a_child_that_dies_at_once_is_started_ever_more_slowly() -> None:
    child = Child("dying", die)
    with Supervisor([child]):
        wait_until(lambda: child.restarts >= 2, "two deaths")
        assert child.pause >= 0.8


def test_what_a_killed_child_has_started_ends_with_it(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    child = Child("encoding", encode, (notes,))
    with Supervisor([child]):
        pid = wait_until(lambda: _pids(notes), "the encoder")[0]
        assert child.process is not None
        child.process.kill()
        wait_until(lambda: not _alive(pid), "the orphan's end")


def test_children_and_theirs_leave_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    _kill_once_noted(f"supervise(Path({str(notes)!r}))", notes)


def test_servers_leave_when_who_started_them_is_killed(tmp_path: Path) -> None:
    folder, notes = scratch_folder(), tmp_path / "pids"
    try:
        _kill_once_noted(f"start_servers(Path({str(folder)!r}), Path({str(notes)!r}))", notes)
    finally:
        shutil.rmtree(folder)
