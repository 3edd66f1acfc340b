"""Who handles which learner's events when: notes of every worker in one file, put around the handling."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

from jobs.inbox import Inbox
from jobs.leases import Lease
from models.inbox import InboxEvent

MEETING_SECONDS = 20.0

Handle = Callable[[Inbox, Lease, InboxEvent, int], bool]


@dataclass(frozen=True)
class Note:
    learner: str
    event: int  # the inbox row
    begins: bool


def note_handling(folder: Path) -> None:
    """In the child: every handling, from what it asks LINE to its reply, begins and ends with a note."""
    _put_around(lambda handle: _with_notes(handle, _file(folder), lambda: None))


def note_handling_of_two(folder: Path) -> None:
    """As `note_handling`, and the first waits for another learner's."""
    _put_around(lambda handle: _with_notes(handle, _file(folder), lambda: _meet(_file(folder))))


def notes(folder: Path) -> Sequence[Note]:
    """In the order in which they were written."""
    lines = [line.split() for line in _lines(_file(folder))]
    return [Note(learner, int(event), word == "begins") for word, learner, event in lines]


def _file(folder: Path) -> Path:
    return folder / "notes"


def _put_around(wrap: Callable[[Handle], Handle]) -> None:
    setattr(Inbox, "_handle", wrap(Inbox._handle))  # noqa: B010 - it is a method


def _with_notes(handle: Handle, file: Path, wait: Callable[[], None]) -> Handle:
    @wraps(handle)
    def handle_with_notes(inbox: Inbox, lease: Lease, event: InboxEvent, attempt: int) -> bool:
        _write(file, f"begins {event.subject} {event.id}")
        wait()
        may_go_on = handle(inbox, lease, event, attempt)
        _write(file, f"ends {event.subject} {event.id}")
        return may_go_on

    return handle_with_notes


def _write(file: Path, line: str) -> None:
    # One write of a short line in append mode is not torn between processes.
    with file.open("a", buffering=1) as log:
        log.write(line + "\n")


def _lines(file: Path) -> Sequence[str]:
    return file.read_text().splitlines() if file.exists() else []


def _meet(file: Path) -> None:
    """Until two learners have begun: were they handled one after the other, the second never would."""
    deadline = time.monotonic() + MEETING_SECONDS
    while len({line.split()[1] for line in _lines(file)}) < 2:
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
