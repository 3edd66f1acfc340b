"""Children that die are started again; all end with us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from moment.supervisor import Child, Supervisor
from tests.moment.children import ROOT, wait_until

STAYS = """
import os, sys, threading
from pathlib import Path
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
threading.Event().wait()
"""


def _staying(notes: Path) -> Child:
    return Child("staying", [sys.executable, "-c", STAYS, str(notes)])


def _pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_is_started_again_and_ends_with_the_block(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    child = _staying(notes)
    with Supervisor([child], quiet=True):
        wait_until(lambda: len(_pids(notes)) == 1, "the child")
        os.kill(_pids(notes)[0], signal.SIGKILL)
        wait_until(lambda: len(_pids(notes)) == 2, "its successor")
        assert child.restarts == 1
    assert not any(_alive(pid) for pid in _pids(notes))


def test_a_child_that_dies_at_once_is_started_ever_more_slowly() -> None:
    child = Child("dying", [sys.executable, "-c", "raise SystemExit(3)"])
    with Supervisor([child], quiet=True):
        wait_until(lambda: child.restarts >= 2, "two deaths")
        assert child.pause >= 0.8


def test_children_leave_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    child = f"""
import os, threading
from pathlib import Path
from moment.supervisor import leave_with_parent
gone = threading.Event()
leave_with_parent(gone.set)
Path({str(notes)!r}).write_text(str(os.getpid()))
gone.wait()
"""
    parent = f"""
import sys
from moment.supervisor import Child, Supervisor
with Supervisor([Child("child", [sys.executable, "-c", {child!r}])], quiet=True) as supervisor:
    supervisor.wait()
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)
    pid = wait_until(lambda: _pids(notes), "the child")[0]
    process.kill()
    process.wait()
    wait_until(lambda: not _alive(pid), "the orphan's end")
