"""What a part finds: shares with their goals, and the cases that fell short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import knowledge_base
from moment.errors import UsageError

FOLDER = Path(knowledge_base.__file__).parent / "eval" / "words"


class WrongCases(UsageError):
    """A labelled set can't be used; the message names file, line and what is wrong."""


class Case(BaseModel):
    """One line of a labelled set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WordFigure(BaseModel):
    """`value` and `goal` between 0 and 1; `misses` are the cases that were got wrong, for whoever mends them."""

    part: str
    name: str
    value: float
    goal: float
    cases: int
    misses: list[str] = Field(default_factory=list)

    @property
    def is_met(self) -> bool:
        return self.value >= self.goal


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: str
    is_right: bool


C = TypeVar("C", bound=Case)


def read_cases(name: str, kind: type[C]) -> list[C]:
    """The JSON lines of `<name>.jsonl`. Raises WrongCases."""
    path = FOLDER / f"{name}.jsonl"
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            cases.append(kind.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            raise WrongCases(f"{path.name}:{number}: {field}: {first['msg']}") from error
    return cases


def share(part: str, name: str, outcomes: Iterable[Outcome], goal: float) -> WordFigure:
    """How many were right; 1 where there was nothing to get wrong."""
    all_outcomes: Sequence[Outcome] = list(outcomes)
    wrong = [outcome.case for outcome in all_outcomes if not outcome.is_right]
    value = 1 - len(wrong) / len(all_outcomes) if all_outcomes else 1.0
    return WordFigure(part=part, name=name, value=value, goal=goal, cases=len(all_outcomes), misses=wrong)
