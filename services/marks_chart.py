"""A learner's marks from cook to cook, as lines to be drawn and as a table to be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base import phrasebook
from models.session import CookingSession
from services.cooking import RATINGS
from services.progress import marks_of


@dataclass(frozen=True)
class Drawing:
    """Its size in units of its own, and the heights of the lowest mark, the middle one and the best."""

    width: int = 220
    height: int = 64
    margin: int = 8

    @property
    def grid(self) -> Sequence[float]:
        lowest, highest = RATINGS[0], RATINGS[-1]
        return [self.y_of(mark) for mark in (lowest, (lowest + highest) // 2, highest)]

    def x_of(self, index: int, count: int) -> float:
        share = index / (count - 1) if count > 1 else 0.5
        return round(self.margin + (self.width - 2 * self.margin) * share, 1)

    def y_of(self, mark: int) -> float:
        share = (mark - RATINGS[0]) / (RATINGS[-1] - RATINGS[0])
        return round(self.height - self.margin - (self.height - 2 * self.margin) * share, 1)


DRAWING = Drawing()


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """One aspect's marks, one a cook; None where none was given."""

    name: str
    values: Sequence[int | None]

    @property
    def points(self) -> Sequence[Point]:
        return [
            Point(DRAWING.x_of(i, len(self.values)), DRAWING.y_of(v)) for i, v in enumerate(self.values) if v
        ]

    @property
    def path(self) -> str:
        """For SVG's polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def given(self) -> Sequence[int]:
        return [value for value in self.values if value]


def rating_lines(cooks: Sequence[CookingSession]) -> Sequence[Line]:
    """Of the cooks that were rated, in their order; none before the first."""
    rated = [cook for cook in cooks if cook.self_ratings]
    if not rated:
        return ()
    return [Line(phrasebook.ASPECT_NAMES[aspect], values) for aspect, values in marks_of(rated).items()]
