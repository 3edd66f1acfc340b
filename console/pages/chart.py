"""Figures as drawings, made here: a browser needs no script for them. Their words stand beside them as text, so that they can
be read on a phone too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 600.0, 160.0  # units of a drawing's own: it is stretched to the place there is


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """`values`: one at each step, None where there is none."""

    name: str
    values: Sequence[float | None]
    top: float

    @property
    def points(self) -> Sequence[Point]:
        return [
            Point(x_of(index, len(self.values)), y_of(value, self.top))
            for index, value in enumerate(self.values)
            if value is not None
        ]

    @property
    def pieces(self) -> Sequence[str]:
        """For SVG's polyline: it breaks off where nothing is known."""
        pieces: list[list[str]] = [[]]
        for index, value in enumerate(self.values):
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append(f"{x_of(index, len(self.values))},{y_of(value, self.top)}")
        return [" ".join(piece) for piece in pieces if len(piece) > 1]


@dataclass(frozen=True)
class LineChart:
    """Several lines over the same steps, and a mark that they should stay under."""

    lines: Sequence[Line]
    top: float
    mark: float

    @classmethod
    def of(cls, values: Mapping[str, Sequence[float | None]], mark: float) -> "LineChart":
        top = round_up(max([mark, *(value for each in values.values() for value in each if value)]))
        return cls([Line(name, each, top) for name, each in values.items()], top, mark)

    @property
    def mark_y(self) -> float:
        return y_of(self.mark, self.top)


def x_of(index: int, count: int) -> float:
    """In the middle of its step."""
    return round(WIDTH * (index + 0.5) / count, 1)


def y_of(value: float, top: float) -> float:
    return round(HEIGHT * (1 - value / top), 1)


def round_up(seconds: float) -> float:
    """To a time that reads well: of minutes, or two digits."""
    unit = 60.0 if seconds > 60 else 10.0 ** max(0, ceil(log10(max(seconds, 1))) - 1)
    return ceil(seconds / unit) * unit


def width_of(value: float, longest: float) -> float:
    """Of a bar beside others; what there is is seen, however short."""
    return round(max(WIDTH * value / longest, 2.0), 1) if longest and value else 0.0
