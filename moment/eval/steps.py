"""One step of a run, asked and checked as the product does, with what it took and what was wrong noted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.coaching import Usage
from moment.eval.results import Step, StepRun
from pipeline.guards import checked
from pipeline.providers.ledger import kept
from pipeline.providers.ports import ProviderError, ProviderRefused, Repair

T = TypeVar("T")


@dataclass(frozen=True)
class Attempt(Generic[T]):
    answer: T | None  # None: the provider gave none
    note: StepRun


@contextmanager
def noted(step: Step) -> Iterator[StepRun]:
    """A note of what the block took; a provider that gives no answer is noted, not raised."""
    note = StepRun(step=step)
    began = time.perf_counter()
    with kept() as calls:
        try:
            yield note
        except ProviderRefused:
            pass  # its violations are noted where they are found
        except ProviderError as error:
            note.error = f"{type(error).__name__}: {error}"
    note.seconds = round(time.perf_counter() - began, 4)
    note.calls = len(calls)
    note.cost_usd = sum(call.cost_usd for call in calls)


def attempted(
    step: Step, ask: Callable[[Repair | None], tuple[T, Usage]], check: Callable[[T], None]
) -> Attempt[T]:
    """The answer, repaired once if need be. One that breaks the rules to the end is used all the same: the
    product would try again or give up, here the rest of the run is worth knowing."""
    answers: list[T] = []
    tries = 0

    def asked(repair: Repair | None) -> tuple[T, Usage]:
        nonlocal tries
        tries += 1
        with _refusals_noted(note):
            answer, usage = ask(repair)
        note.provider = usage.provider
        answers.append(answer)
        return answer, usage

    def judged(answer: T) -> None:
        with _refusals_noted(note):
            check(answer)

    with noted(step) as note:
        checked(asked, judged)
    note.tries = tries
    return Attempt(answers[-1] if answers else None, note)


@contextmanager
def _refusals_noted(note: StepRun) -> Iterator[None]:
    try:
        yield
    except ProviderRefused as refused:
        note.violations = [*note.violations, *refused.violations]
        raise
