"""What runs in a child: a part as production runs it, with the points it shall die at.

Importing this module imports all that any part needs, so that a server that has it forks them at once.
"""

import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from desk.stack import Part
from jobs import leases, reconciler
from logs.start import start_logging
from moment.parts import PRELOAD, serve_part
from moment.resources import open_resources
from pipeline.providers.registry import Build
from settings import Settings
from tests import quick_providers
from tests.crash import points

for name in PRELOAD:  # once, and not in every child anew
    import_module(name)


@dataclass(frozen=True)
class Trial:
    """What a test puts its processes to. `folder` is the test's own."""

    folder: Path
    build: Build = quick_providers.build
    points: tuple[str, ...] = ()
    always: bool = False  # the points fire at every visit, not only at the first
    prepare: tuple[Callable[[Path], None], ...] = ()  # called in each process before its part runs

    @property
    def marks(self) -> Path:
        return self.folder / "marks"

    @property
    def scratch(self) -> Path:
        """Where the processes' temporary files lie."""
        return self.folder / "tmp"

    def log(self, name: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}.log"


def run(name: str, part: Part, settings: Settings, trial: Trial) -> None:
    """The child's whole life."""
    _log_to(trial.log(name))
    _leave_with_the_test()
    os.environ["TMPDIR"] = str(trial.scratch)
    tempfile.tempdir = None
    start_logging(production=True)
    _shorten()
    points.install(trial.points, trial.marks, str(part), always=trial.always)
    for prepare in trial.prepare:
        prepare(trial.folder)
    with open_resources(settings, trial.build) as resources:
        serve_part(part, resources)


def _shorten() -> None:
    """How long production waits before it takes a nudge for lost: a test needs no more than this."""
    leases.NUDGE_SLACK = timedelta(seconds=0.3)
    reconciler.NUDGE_AGAIN = timedelta(seconds=1)


def _log_to(path: Path) -> None:
    with path.open("ab") as log:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())


def _leave_with_the_test() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
