"""What a benchmark yields: a pair measured in the same run, and the goal that judges it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Goal:
    """A bound on our own figure, in the measurement's unit, or on the ratio ours ÷ reference."""

    of: Literal["ours", "ratio"]
    comparison: Literal["<=", ">="]
    bound: float

    def accepts(self, value: float) -> bool:
        return value <= self.bound if self.comparison == "<=" else value >= self.bound

    def __str__(self) -> str:
        return f"{self.of} {self.comparison} {self.bound:g}"


def at_most(bound: float) -> Goal:
    """`bound` in the measurement's unit."""
    return Goal("ours", "<=", bound)


def ratio_at_most(bound: float) -> Goal:
    return Goal("ratio", "<=", bound)


def ratio_at_least(bound: float) -> Goal:
    return Goal("ratio", ">=", bound)


@dataclass(frozen=True)
class Measurement:
    """`ours` and `reference` in `unit`."""

    name: str
    ours: float
    reference: float
    unit: str
    goal: Goal

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def is_met(self) -> bool:
        """Judged on the exact figures, not on the rounded ones that are shown."""
        return self.goal.accepts(self.ratio if self.goal.of == "ratio" else self.ours)

    def as_json(self) -> dict[str, str | float | bool]:
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "reference": round(self.reference, 3),
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "goal": str(self.goal),
            "met": self.is_met,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was really measured. `share` from 0 to 1."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
