"""Pasta."""

from math import pi

import numpy as np

from drawings import garnish
from drawings.outlines import arc, leaf, lump
from drawings.relief import Relief, Stuff
from drawings.tableware import Round, plate, table


def nest(relief: Relief, heap: Round, pasta: Stuff, count: int, rise: float) -> None:
    """Strands wound round the middle, the later ones higher."""
    relief.dome((heap.x, heap.y), (heap.radius * 0.98, heap.depth * 0.98), pasta, rise=rise, base=6)
    for step in range(count):
        ring = relief.random.uniform(0.12, 0.92)
        start, span = relief.random.uniform(0, 2 * pi), relief.random.uniform(1.2, 2.9)
        drift_x, drift_y = relief.random.normal(0, 12), relief.random.normal(0, 7)
        size = heap.radius * ring, heap.depth * ring * relief.random.uniform(0.72, 1.1)
        points = arc((heap.x + drift_x, heap.y + drift_y), size, start, start + span)
        middle = points[len(points) // 2]
        lift = relief.at(*middle) * 0.93 + 2 * step / count
        relief.strand(points, 9.5, pasta, rise=9, base=lift)


def pomodoro(relief: Relief) -> None:
    table(relief, "#7E9A5B")
    well = plate(relief, ring="#B83A2B", radius=435)
    heap = Round(well.x, well.y - 8, 262)
    tomato = Stuff("#C9301C", gloss=0.7, grain=0.08, bumps=1.4, spots="#E0512F", spot_share=0.35, spot_size=1)
    relief.shape(
        lump(relief.random, (heap.x, heap.y + 14), (276, 168), wobble=0.05, waves=6),
        tomato,
        rise=12,
        edge=16,
        base=7,
    )
    nest(relief, heap, Stuff("#F2B65A", gloss=0.6, grain=0.05), 230, 84)
    nest_top = Round(heap.x, heap.y - 22, 172)
    relief.shape(
        lump(
            relief.random, (nest_top.x, nest_top.y), (nest_top.radius, nest_top.depth), wobble=0.12, waves=7
        ),
        tomato,
        rise=34,
        edge=40,
        base=72,
    )
    for _ in range(46):  # its pieces
        at = nest_top.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1.2) ** 0.6)
        size = relief.random.uniform(10, 24)
        tone = str(relief.random.choice(["#D93A22", "#B9260F", "#E8563A"]))
        points = lump(
            relief.random, at, (size, size * 0.66), wobble=0.22, turn=float(relief.random.uniform(0, pi))
        )
        relief.shape(points, Stuff(tone, gloss=0.8, grain=0.08), rise=11, edge=8, base=relief.at(*at) - 3)
    for turn in (-0.35, 0.75, 2.5, 3.7):
        points = leaf((nest_top.x, nest_top.y - 8), 74, 46, turn)
        relief.shape(
            points,
            Stuff("#3E8A35", gloss=0.5, grain=0.08, bumps=0.8),
            rise=14,
            edge=13,
            base=relief.at(nest_top.x, nest_top.y) - 1,
        )
        vein = leaf((nest_top.x, nest_top.y - 8), 66, 2, turn)[:24]
        relief.strand(vein, 2.4, Stuff("#7DB866", gloss=0.3), rise=1.5, base=relief.at(*vein[12]))
    for _ in range(70):  # cheese
        at = nest_top.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1.3) ** 0.5)
        relief.dome(
            at,
            (4, 2.2),
            Stuff("#FFF4D2", gloss=0.3),
            rise=2,
            turn=float(relief.random.uniform(0, pi)),
            base=relief.at(*at),
        )


def peperoncino(relief: Relief) -> None:
    table(relief, "#D7B25A")
    well = plate(relief, colour="#F4EFE4", ring="#6E6A5E", radius=435)
    heap = Round(well.x, well.y - 8, 268)
    oil = Stuff("#F4E6A8", gloss=0.9, alpha=0.5)
    relief.shape(
        lump(relief.random, (heap.x, heap.y + 16), (272, 160), wobble=0.04, waves=6),
        oil,
        rise=2,
        edge=9,
        base=7,
    )
    nest(relief, heap, Stuff("#F3D27C", gloss=0.75, grain=0.04), 300, 96)
    for _ in range(26):  # garlic
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.8) ** 0.6)
        turn = float(relief.random.uniform(0, pi))
        slice_ = Stuff("#E8BC62", gloss=0.5, grain=0.05, spots="#C4863A", spot_share=0.3)
        relief.shape(
            lump(relief.random, at, (17, 12), wobble=0.14, turn=turn),
            slice_,
            rise=6,
            edge=4,
            base=relief.at(*at),
        )
    for _ in range(24):  # chili, in rings
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.85) ** 0.6)
        base, turn = relief.at(*at), float(relief.random.uniform(0, pi))
        relief.dome(at, (12, 9), Stuff("#C8241B", gloss=0.75), rise=8, turn=turn, base=base, flat=0.4)
        relief.dome(at, (5.5, 4), Stuff("#F0B56A", gloss=0.4), rise=1, turn=turn, base=base + 8)
    for dx, dy, turn in ((-70, -36, 0.6), (54, -52, -0.4)):
        at = heap.x + dx, heap.y + dy
        points = leaf(at, 92, 21, turn)
        relief.shape(
            points, Stuff("#C3211A", gloss=0.9, grain=0.05), rise=16, edge=9, base=relief.at(*at) - 4
        )
        relief.strand(
            [points[0], (points[0][0] - 18 * np.cos(turn), points[0][1] - 18 * np.sin(turn))],
            5,
            garnish.GREEN,
            rise=5,
            base=relief.at(*at),
        )
    for _ in range(120):
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1) ** 0.6)
        garnish.parsley(relief, at, float(relief.random.uniform(3, 6)))
