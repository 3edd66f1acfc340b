"""Dishes of eggs."""

from math import pi

import numpy as np

from drawings.fish import grated_radish
from drawings.outlines import leaf, lump, turned
from drawings.relief import Point, Relief, Stuff
from drawings.tableware import long_plate, table


def rolled_omelet(relief: Relief) -> None:
    table(relief, "#5B7C8D")
    place = long_plate(relief, "#7A3B2E")
    shiso = leaf((place.x - 372, place.y + 26), 250, 190, -0.12)
    relief.shape(shiso, Stuff("#4F8A3C", gloss=0.3, grain=0.10, bumps=1.2), rise=8, edge=8, base=8)
    for step in range(5):
        x = place.x + 196 - step * 108
        slice_of_roll(relief, (x, place.y - 10 + step * 4), 8 + step * 3)
    grated_radish(relief, (place.x + 312, place.y + 106))
    relief.shape(
        lump(relief.random, (place.x + 316, place.y + 92), (24, 11), wobble=0.2),
        Stuff("#7A4218", gloss=0.8, alpha=0.7),
        rise=2,
        edge=3,
        base=relief.at(place.x + 316, place.y + 92) - 1,
    )


def slice_of_roll(relief: Relief, at: Point, base: float) -> None:
    """Thick, the spiral towards us."""
    x, y = at
    yellow = Stuff(
        "#FFCF45", gloss=0.45, grain=0.03, bumps=0.3, spots="#F9BE3A", spot_share=0.28, spot_size=2
    )
    side = _square(78, 96)
    relief.shape(
        turned(side, (x + 30, y - 20), 0.0),
        Stuff("#F2B233", gloss=0.45, grain=0.06, spots="#D98E22", spot_share=0.35, spot_size=2),
        rise=58,
        edge=20,
        base=base,
    )
    relief.shape(turned(side, (x, y), 0.0), yellow, rise=60, edge=18, base=base + 12)
    top = base + 70
    for ring, share in enumerate((0.82, 0.58, 0.33)):
        loop = [(px * share, py * share) for px, py in _square(78, 96)]
        line = turned([*loop, loop[0]][ring * 2 : len(loop) - 4 - ring], (x + ring * 2, y - ring), 0.0)
        relief.strand(line, 4.5, Stuff("#D9951F", gloss=0.4), rise=1.5, base=top)
        pale = [(px * 0.95 + x * 0.05, py * 0.95 + y * 0.05) for px, py in line]
        relief.strand(pale, 5, Stuff("#FFE38A", gloss=0.4), rise=2.5, base=top)


def _square(half_x: float, half_y: float) -> list[Point]:
    """With round corners."""
    points = []
    for angle in np.linspace(0, 2 * pi, 72, endpoint=False):
        c, s = np.cos(angle), np.sin(angle)
        points.append(
            (float(half_x * np.sign(c) * abs(c) ** 0.5), float(half_y * np.sign(s) * abs(s) ** 0.5))
        )
    return points
