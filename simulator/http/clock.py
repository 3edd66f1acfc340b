"""A double's time."""

import time
from dataclasses import dataclass


@dataclass
class Clock:
    """In ms since the epoch. Tests move it forward, so that tokens, links and keys expire."""

    offset_ms: int = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms

    def wall_ms(self, double_ms: int) -> int:
        """The same instant on the wall clock, which is what a browser sees."""
        return double_ms - self.offset_ms

    def advance(self, seconds: float) -> None:
        self.offset_ms += round(seconds * 1000)
