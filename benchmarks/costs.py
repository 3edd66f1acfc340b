"""What a piece of work costs."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of processor time, children's included."""

    wall: float
    cpu: float


def cost_of(work: Callable[[], object]) -> Cost:
    before, started_at = os.times(), time.perf_counter()
    work()
    wall, after = time.perf_counter() - started_at, os.times()
    return Cost(wall, sum(after[:4]) - sum(before[:4]))
