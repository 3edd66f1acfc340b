"""Several clips of one cook as one: which second of which clip a second of the whole is."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate


@dataclass(frozen=True)
class Span:
    """`length` seconds of a clip (counted from 0) from its second `start` on."""

    clip: int
    start: float
    length: float


@dataclass(frozen=True)
class Timeline:
    """The clips one after another, by their lengths (seconds, above 0)."""

    lengths: Sequence[float]

    @cached_property
    def starts(self) -> Sequence[float]:
        """When each begins."""
        return [0.0, *accumulate(self.lengths[:-1])]

    @property
    def seconds(self) -> float:
        return sum(self.lengths)

    def at(self, second: float) -> tuple[int, float]:
        """The clip and its own second; what lies outside is moved to the nearest end."""
        clip = max(0, bisect_right(self.starts, second) - 1)
        return clip, min(max(second - self.starts[clip], 0.0), self.lengths[clip])

    def spans(self, start: float, length: float) -> list[Span]:
        """What is shown from `start` for `length` seconds, as far as there is anything."""
        end = min(start + length, self.seconds)
        spans = []
        for clip, (begin, seconds) in enumerate(zip(self.starts, self.lengths, strict=True)):
            first, last = max(start, begin), min(end, begin + seconds)
            if last > first:
                spans.append(Span(clip, first - begin, last - first))
        return spans
