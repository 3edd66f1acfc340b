"""What a benchmark works with, and the parts of Moment it starts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from desk.stack import Layout, Part, ProcessLauncher, Stack, start_stack
from desk.supervisor import Supervisor
from errors import MomentError
from jobs.queue import Queue
from knowledge_base import consent_talk
from pipeline.providers.registry import Build
from settings import Settings
from simulator.line.client import Learner, Thread

STEP_SECONDS = 30.0
DISH = "fried-rice"


class BenchmarkFailed(MomentError):
    """Nothing could be measured; the message says why."""


class Run(Protocol):
    """A process's whole life as this part, with the providers that `build` makes. A function of a module."""

    def __call__(self, part: Part, settings: Settings, build: Build) -> None: ...


@dataclass(frozen=True)
class Bench:
    """`settings` name servers of our own, migrated and filled; `run` is what each process runs."""

    settings: Settings
    run: Run
    build: Build

    @property
    def run_part(self) -> Callable[[Part, Settings], None]:
        return partial(self.run, build=self.build)

    @contextmanager
    def stack(self, folder: Path, queues: Sequence[Queue]) -> Iterator[tuple[Stack, ProcessLauncher]]:
        """Simulator, web, reconciler and a worker for each of these queues, ready, until the block ends."""
        with Supervisor() as supervisor:
            launcher = ProcessLauncher(supervisor, self.run_part, logs=folder)
            settings = self.settings.change(store_dir=folder / "objects")
            with start_stack(settings, launcher, Layout(folder, queues)) as stack:
                yield stack, launcher


def learner_before_video(stack: Stack) -> Learner:
    """One who has followed and picked a dish: the bot waits for the video,
    and may look at it."""
    learner = stack.desk.learner("ゆうこ")
    learner.follow()
    learner.postback(str(learner.wait_for(_dish_button, STEP_SECONDS, what="the dishes")))
    learner.wait_for_text("回目ですね", STEP_SECONDS)
    learner.postback("action=agree")  # what the first video is asked for is no part of what is measured
    learner.wait_for_text(consent_talk.NOTED, STEP_SECONDS)
    return learner


def _dish_button(thread: Thread) -> str | None:
    buttons = (str(action.get("data", "")) for action in thread.tappable())
    return next((data for data in buttons if f"slug={DISH}" in data), None)
