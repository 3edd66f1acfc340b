"""No model's words reach a learner unchecked, whichever provider they are from.

A check raises ProviderRefused, whose violations ("kind: what is wrong", in plain English, for the model reads them)
one repair may mend. What is wrong twice is tried again from the start and never delivered.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from logs.logger import get_logger
from models.coaching import Usage
from pipeline.providers.ports import ProviderRefused, Repair

log = get_logger(__name__)

T = TypeVar("T")
Ask = Callable[[Repair | None], tuple[T, Usage]]


def ask_with_repair(ask: Ask[T], check: Callable[[T], None]) -> tuple[T, Usage]:
    """The answer; one that breaks the rules is repaired once by naming what is wrong with it.

    Raises ProviderRefused when the second answer breaks them too, or the first cannot be repaired.
    """
    try:
        return _ask(ask, check, None)
    except ProviderRefused as refusal:
        if not refusal.answer:
            raise
        log.info("an answer was refused and is repaired once", reasons=len(refusal.violations))
        return _ask(ask, check, Repair(refusal.answer, refusal.violations))


def refuse_if(violations: Sequence[str], answer: BaseModel | str) -> None:
    """Raises ProviderRefused when there are any."""
    if violations:
        text = answer if isinstance(answer, str) else answer.model_dump_json(exclude={"provider"})
        raise ProviderRefused(tuple(dict.fromkeys(violations)), text)


def _ask(ask: Ask[T], check: Callable[[T], None], repair: Repair | None) -> tuple[T, Usage]:
    answer, usage = ask(repair)
    check(answer)
    return answer, usage
