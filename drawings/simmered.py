"""Soup and stew."""

from math import pi

import numpy as np

from drawings import garnish
from drawings.outlines import arc, lump, turned, wave
from drawings.relief import Point, Relief, Stuff
from drawings.tableware import Round, bowl, fill, table


def miso_soup(relief: Relief) -> None:
    table(relief, "#6F8B6A")
    face = bowl(relief, "#8E2B22", "#2A1512", bands=[(0.16, "#D9A94A")], level=30)
    broth = Stuff("#C08A48", gloss=0.35, grain=0.03, spots="#CB9A5C", spot_share=0.45, spot_size=2)
    fill(relief, face, broth, base=44, waves=0.5)
    for dx, dy, turn in (
        (-120, -20, 0.3),
        (-44, -58, -0.1),
        (44, -30, 0.5),
        (-78, 48, 0.9),
        (30, 52, 0.15),
        (120, 14, 0.7),
        (104, -66, 0.2),
    ):
        tofu(relief, (face.x + dx, face.y + dy), turn)
    for _ in range(17):  # wakame
        at = face.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0.15, 0.84))
        size = relief.random.uniform(18, 34)
        points = lump(
            relief.random,
            at,
            (size, size * 0.5),
            wobble=0.3,
            waves=7,
            turn=float(relief.random.uniform(0, pi)),
        )
        relief.shape(points, Stuff("#2F5E38", gloss=0.8, grain=0.12, bumps=0.5), rise=7, edge=6, base=43)
    for _ in range(26):
        at = face.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.8) ** 0.6)
        if relief.at(*at) < 60:
            garnish.scallion(relief, at, float(relief.random.uniform(8, 12)), "#6DA945")


def tofu(relief: Relief, at: Point, turn: float) -> None:
    """A cube, half in the soup."""
    top = turned([(-34, -22), (34, -22), (34, 22), (-34, 22)], at, turn * 0.6)
    white = Stuff("#FBF6E8", gloss=0.35, grain=0.02)
    relief.shape([(x, y + 12) for x, y in top], Stuff("#E6D9BC", gloss=0.2), rise=14, edge=5, base=42)
    relief.shape(top, white, rise=18, edge=5, base=44)


def nikujaga(relief: Relief) -> None:
    table(relief, "#C9A24E")
    face = bowl(relief, "#5D7A70", "#E8DEC6", rim=350, depth=215, bands=[(0.22, "#E8DEC6")], level=22)
    fill(relief, face, Stuff("#A5682A", gloss=0.4, grain=0.03), base=44)
    heap = Round(face.x, face.y - 8, face.radius * 0.9)
    relief.dome(
        (heap.x, heap.y),
        (heap.radius, heap.depth),
        Stuff("#A5682A", gloss=0.3, grain=0.03),
        rise=22,
        base=40,
        flat=0.5,
    )
    _potatoes_and_carrots(relief, heap)
    _beef(relief, heap)
    for _ in range(22):  # onion
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0.1, 0.9))
        points = arc(at, (38, 20), 0, 2.2, float(relief.random.uniform(0, 2 * pi)))
        relief.strand(points, 9, Stuff("#F0D39A", gloss=0.65, grain=0.05), rise=7, base=relief.at(*at) - 3)
    for _ in range(12):  # noodles of konjac
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0.2, 0.9))
        turn = relief.random.uniform(0, pi)
        ends = (
            (at[0] - 46 * np.cos(turn), at[1] - 24 * np.sin(turn)),
            (at[0] + 46 * np.cos(turn), at[1] + 24 * np.sin(turn)),
        )
        relief.strand(wave(*ends, 8, 1), 5, Stuff("#B9A07A", gloss=0.8), rise=5, base=relief.at(*at) - 3)
    for dx, dy, turn in ((-60, -20, -0.6), (-6, 2, 0.1), (10, -40, 0.6), (-20, 30, 2.6)):
        garnish.snow_pea(
            relief, (heap.x + dx, heap.y + dy), turn, 96, relief.at(heap.x + dx, heap.y + dy) - 2
        )


_LUMPS = [
    (-176, -6),
    (-92, -74),
    (22, -92),
    (132, -62),
    (186, 12),
    (-110, 60),
    (4, 84),
    (112, 70),
    (-22, -4),
    (74, -2),
    (-206, 52),
    (206, -44),
    (-34, 122),
    (60, 118),
    (-150, 96),
    (160, 104),
    (-210, -50),
]


def _potatoes_and_carrots(relief: Relief, heap: Round) -> None:
    for index, (dx, dy) in enumerate(_LUMPS):
        at, turn = (heap.x + dx, heap.y + dy), float(relief.random.uniform(0, pi))
        base = min(relief.at(*at), 74) - 20
        if index % 3 == 2:
            garnish.carrot(relief, at, 52, base=base, turn=turn)
        else:
            potato = Stuff("#ECC66E", gloss=0.5, grain=0.06, spots="#CF9740", spot_share=0.38, spot_size=2)
            points = lump(relief.random, at, (72, 54), turn=turn, wobble=0.10, waves=3)
            relief.shape(points, potato, rise=48, edge=28, base=base)


def _beef(relief: Relief, heap: Round) -> None:
    for dx, dy in ((-140, -46), (-36, 42), (62, -52), (150, 34), (-62, -40), (48, 40)):
        at = heap.x + dx, heap.y + dy
        points = lump(
            relief.random, at, (58, 25), wobble=0.22, waves=7, turn=float(relief.random.uniform(-0.6, 0.6))
        )
        beef = Stuff("#8A5334", gloss=0.6, grain=0.12, bumps=1.6, spots="#6B3A22", spot_share=0.4)
        relief.shape(points, beef, rise=15, edge=9, base=relief.at(*at) - 5)
        edge = wave((at[0] - 46, at[1] - 12), (at[0] + 44, at[1] - 14), 6, 2)
        relief.strand(edge, 7, Stuff("#D7A978", gloss=0.6), rise=5, base=relief.at(*at) - 2)
