"""Who handles which learner's events when: notes of every worker in one file, put around the handling."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

from sqlmodel import Session as DbSession

from bot import conversation
from models.database import engine
from models.inbox import InboxEvent

MEETING_SECONDS = 20.0


@dataclass(frozen=True)
class Note:
    learner: str
    event: int  # the inbox row
    begins: bool


def note_handling(folder: Path) -> None:
    """In the child: every handling begins and ends with a note, and the first waits for another learner's."""
    setattr(conversation, "_handle", _noted(conversation._handle, folder / "notes"))  # noqa: B010 - it is a function


def notes(folder: Path) -> list[Note]:
    """In the order in which they were written."""
    lines = [line.split() for line in (folder / "notes").read_text().splitlines()]
    return [Note(learner, int(event), word == "begins") for word, learner, event in lines]


def _noted(handle: Callable[[int], None], file: Path) -> Callable[[int], None]:
    @wraps(handle)
    def noted(event_id: int) -> None:
        with DbSession(engine()) as db:
            learner = db.get_one(InboxEvent, event_id).line_user_id
        _write(file, f"begins {learner} {event_id}")
        _meet(file)
        handle(event_id)
        _write(file, f"ends {learner} {event_id}")

    return noted


def _write(file: Path, line: str) -> None:
    # One write of a short line in append mode is not torn between processes.
    with file.open("a", buffering=1) as log:
        log.write(line + "\n")


def _meet(file: Path) -> None:
    """Until two learners have begun: were they handled one after the other, the second never would."""
    deadline = time.monotonic() + MEETING_SECONDS
    while len({line.split()[1] for line in file.read_text().splitlines()}) < 2:
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
