"""One step of a run, asked for and checked as the product does, with what it took and what was wrong with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.coaching import Usage
from moment.eval.results import Step, StepRun
from pipeline.checks.repair import ask_with_repair
from pipeline.providers.ledger import collect
from pipeline.providers.ports import ProviderError, ProviderRefused, Repair

T = TypeVar("T")


@dataclass(frozen=True)
class Attempt(Generic[T]):
    answer: T | None  # None: the provider gave none
    run: StepRun


@contextmanager
def step_run(step: Step) -> Iterator[StepRun]:
    """What the block takes; a provider that gives no answer goes down there and is not raised."""
    run = StepRun(step=step)
    started_at = time.perf_counter()
    with collect() as calls:
        try:
            yield run
        except ProviderRefused:
            pass  # its violations are put down where they show
        except ProviderError as error:
            run.error = f"{type(error).__name__}: {error}"
    run.seconds = round(time.perf_counter() - started_at, 4)
    run.calls = len(calls)
    run.cost_usd = sum(call.cost_usd for call in calls)


def attempt(
    step: Step, ask: Callable[[Repair | None], tuple[T, Usage]], check: Callable[[T], None]
) -> Attempt[T]:
    """The answer, repaired once if need be. One that breaks the rules to the end is used all the same: the
    product would try again or give up, here the rest of the run is worth knowing."""
    answers: list[T] = []
    tries = 0

    def ask_once(repair: Repair | None) -> tuple[T, Usage]:
        nonlocal tries
        tries += 1
        with _put_down_refusals(run):
            answer, usage = ask(repair)
        run.provider = usage.provider
        answers.append(answer)
        return answer, usage

    def check_once(answer: T) -> None:
        with _put_down_refusals(run):
            check(answer)

    with step_run(step) as run:
        ask_with_repair(ask_once, check_once)
    run.tries = tries
    return Attempt(answers[-1] if answers else None, run)


@contextmanager
def _put_down_refusals(run: StepRun) -> Iterator[None]:
    try:
        yield
    except ProviderRefused as refusal:
        run.violations = [*run.violations, *refusal.violations]
        raise
