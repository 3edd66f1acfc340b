"""What runs in a child: the process that production runs, with the points it shall die at.

Importing this module imports all that any of them needs, so that a server that has it forks them at once.
"""

import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn  # noqa: F401 - imported once, for all that are forked

import bot.jobs
import pipeline.jobs
import webhooks.app
from bot import delivery
from moment import processes
from moment.console import start_logging
from pipeline import reconciler
from tests import quick_providers
from tests.crash import points
from tests.process import reset_process

__all__ = ["Part", "Plan", "bot", "pipeline", "quick_providers", "run", "webhooks"]


@dataclass(frozen=True)
class Part:
    """One process: a function of `moment.processes` and its arguments."""

    name: str
    work: Callable[..., None]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a child is to be."""

    environment: Mapping[str, str]
    folder: Path  # of the test
    points: tuple[str, ...] = ()
    always: bool = False
    # "module:function", called with the folder before the part runs
    prepare: tuple[str, ...] = field(default=())

    @property
    def marks(self) -> Path:
        return self.folder / "marks"

    def log(self, part: str) -> Path:
        return self.folder / f"{part}.log"


def web(port: int) -> Part:
    return Part(f"web-{port}", processes.serve, ("127.0.0.1", port))


def worker(queue: str, number: int = 1) -> Part:
    return Part(f"{queue}-{number}", processes.work, (queue,))


def reconciling() -> Part:
    return Part("reconciler", processes.reconcile)


def run(part: Part, plan: Plan) -> None:
    """The child's whole life."""
    _log_to(plan.log(part.name))
    _leave_with_the_test()
    os.environ.update(plan.environment)
    tempfile.tempdir = None
    reset_process()
    start_logging()
    _shorten()
    points.install(plan.points, plan.marks, always=plan.always)
    for name in plan.prepare:
        module, function = name.split(":")
        getattr(import_module(module), function)(plan.folder)
    part.work(*part.arguments)


def _shorten() -> None:
    """How long production waits before it takes a row for forgotten: a test needs no more than this."""
    reconciler.SETTLED = timedelta(seconds=0.3)
    delivery.IN_FLIGHT = timedelta(seconds=1)


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
