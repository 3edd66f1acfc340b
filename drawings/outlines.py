"""Outlines for pieces of food: lumps, leaves, arcs."""

from collections.abc import Sequence
from math import cos, pi, sin

import numpy as np

from drawings.relief import Point

Random = np.random.Generator


def lump(
    random: Random, at: Point, size: Point, *, turn: float = 0.0, wobble: float = 0.12, waves: int = 4
) -> Sequence[Point]:
    """An ellipse that no ruler made."""
    phases, strengths = (
        random.uniform(0, 2 * pi, waves),
        random.uniform(0.3, 1, waves) * wobble * 1.6 / np.sqrt(waves),
    )
    points = []
    for angle in np.linspace(0, 2 * pi, 60, endpoint=False):
        r = 1 + sum(
            s * np.sin((i + 2) * angle + p) for i, (p, s) in enumerate(zip(phases, strengths, strict=True))
        )
        points.append((size[0] * r * cos(angle), size[1] * r * sin(angle)))
    return turned(points, at, turn)


def turned(points: Sequence[Point], at: Point, turn: float) -> Sequence[Point]:
    """About 0, 0 by this angle, then moved."""
    return [(at[0] + x * cos(turn) - y * sin(turn), at[1] + x * sin(turn) + y * cos(turn)) for x, y in points]


def leaf(at: Point, length: float, width: float, turn: float) -> Sequence[Point]:
    side = [(length * t, width * sin(pi * t) ** 0.8 / 2) for t in np.linspace(0, 1, 24)]
    return turned([*side, *((x, -y) for x, y in reversed(side))], at, turn)


def arc(at: Point, size: Point, start: float, end: float, turn: float = 0.0) -> Sequence[Point]:
    """Part of an ellipse, from one angle to the other."""
    angles = np.linspace(start, end, 40)
    return turned([(size[0] * cos(a), size[1] * sin(a)) for a in angles], at, turn)


def wave(start: Point, end: Point, sway: float, turns: float, phase: float = 0.0) -> Sequence[Point]:
    """From one point to the other, swaying to either side."""
    (x0, y0), (x1, y1) = start, end
    length = max(np.hypot(x1 - x0, y1 - y0), 1e-6)
    nx, ny = -(y1 - y0) / length, (x1 - x0) / length
    points = []
    for t in np.linspace(0, 1, 40):
        off = sway * np.sin(2 * pi * turns * t + phase)
        points.append((x0 + (x1 - x0) * t + nx * off, y0 + (y1 - y0) * t + ny * off))
    return points
