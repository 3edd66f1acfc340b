"""What lies beside or on top: greens, onion rings, sesame, lemon, vegetables."""

from math import pi

import numpy as np

from drawings.outlines import arc, leaf, lump, wave
from drawings.relief import Colour, Point, Relief, Stuff
from drawings.tableware import Round

GREEN = Stuff("#5E9C3F", gloss=0.25, grain=0.10)
PALE_GREEN = Stuff("#B9D77C", gloss=0.2, grain=0.10)
CARROT = Stuff("#EE8432", gloss=0.35, grain=0.06)
RED = Stuff("#D5332A", gloss=0.75, grain=0.05)


def scallion(relief: Relief, at: Point, size: float = 8, colour: Colour = "#7DB552") -> None:
    """A ring, cut across."""
    base, turn = relief.at(*at), float(relief.random.uniform(0, pi))
    flat = size * float(relief.random.uniform(0.55, 0.95))
    relief.dome(
        at, (size, flat), Stuff(colour, gloss=0.3, grain=0.14), rise=5, turn=turn, base=base, flat=0.4
    )
    relief.dome(at, (size * 0.5, flat * 0.5), Stuff("#E4EFBE", gloss=0.1), rise=1, turn=turn, base=base + 5.2)


def sesame(relief: Relief, at: Point, colour: Colour = "#F3E3BC") -> None:
    turn = float(relief.random.uniform(0, pi))
    relief.dome(at, (4.2, 2.3), Stuff(colour, gloss=0.3), rise=2.5, turn=turn, base=relief.at(*at) + 1)


def parsley(relief: Relief, at: Point, size: float = 5, colour: Colour = "#4E8B34") -> None:
    points = lump(relief.random, at, (size, size * 0.7), wobble=0.3, turn=float(relief.random.uniform(0, pi)))
    relief.shape(points, Stuff(colour, gloss=0.2, grain=0.2), rise=3, edge=2, base=relief.at(*at) + 1)


def cabbage(relief: Relief, place: Round, count: int = 240, rise: float = 46) -> None:
    """A heap of fine shreds."""
    relief.dome((place.x, place.y), (place.radius, place.depth), Stuff("#A9C76E"), rise=rise, base=6)
    for _ in range(count):
        x, y = place.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1.02) ** 0.6)
        turn, bend = relief.random.uniform(0, 2 * pi), relief.random.uniform(18, 40)
        points = arc((x, y), (bend, bend * 0.6), 0, relief.random.uniform(1.2, 2.4), turn)
        tone = relief.random.choice(["#DCEBAE", "#C9DF8E", "#EEF4D2", "#B5D272"])
        base = max(relief.at(x, y) - 3, 6)
        relief.strand(points, 4.6, Stuff(str(tone), gloss=0.2, grain=0.05), rise=6, base=base)


def tomato(relief: Relief, at: Point, size: float = 34) -> None:
    relief.dome(at, (size, size * 0.92), RED, rise=size * 0.9, base=8)
    for turn in np.linspace(0, 2 * pi, 5, endpoint=False):
        points = leaf((at[0], at[1] - size * 0.45), size * 0.46, 6, float(turn))
        relief.shape(points, GREEN, rise=3, edge=2, base=relief.at(*at) * 0.98)


def lemon(relief: Relief, at: Point, size: float = 62, turn: float = 0.0) -> None:
    """A wedge: the rind below, the flesh towards us."""
    rind = [*arc(at, (size, size * 0.62), 0, pi, turn), *arc(at, (size, size * 0.16), pi, 2 * pi, turn)]
    relief.shape(rind, Stuff("#F2C21F", gloss=0.4, grain=0.04, bumps=0.4), rise=30, edge=14, base=14)
    flesh = [
        *arc(at, (size * 0.88, size * 0.40), 0.06, pi - 0.06, turn),
        *arc(at, (size * 0.88, size * 0.12), pi, 2 * pi, turn),
    ]
    relief.shape(flesh, Stuff("#FBE88B", gloss=0.5, grain=0.05), rise=6, edge=6, base=42)
    for share in (-0.5, 0.0, 0.5):
        line = wave(
            (at[0] + share * size * 0.2, at[1] - size * 0.02),
            (at[0] + share * size * 1.3, at[1] + size * 0.3),
            1,
            1,
        )
        relief.strand(line, 3, Stuff("#FFF6CF", gloss=0.2), rise=2, base=47)


def broccoli(relief: Relief, at: Point, size: float = 46) -> None:
    stem = [(at[0] - 11, at[1]), (at[0] + 11, at[1]), (at[0] + 14, at[1] + size), (at[0] - 14, at[1] + size)]
    relief.shape(stem, Stuff("#A9CB74", gloss=0.15), rise=18, edge=8, base=8)
    for _ in range(70):
        turn, share = relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1) ** 0.5
        x, y = at[0] + size * share * np.cos(turn), at[1] + size * 0.72 * share * np.sin(turn)
        tone = str(relief.random.choice(["#3F7F33", "#4F9440", "#36702E", "#5DA44A"]))
        r = relief.random.uniform(6, 10)
        relief.dome(
            (x, y),
            (r, r * 0.9),
            Stuff(tone, gloss=0.15, grain=0.2, bumps=0.5),
            rise=9,
            base=16 + 26 * (1 - share**2),
        )


def carrot(relief: Relief, at: Point, size: float = 40, base: float = 10, turn: float = 0.0) -> None:
    """A chunk, cut slantwise."""
    relief.shape(
        lump(relief.random, at, (size, size * 0.72), turn=turn, wobble=0.10, waves=3),
        CARROT,
        rise=size * 0.62,
        edge=size * 0.45,
        base=base,
    )


def snow_pea(relief: Relief, at: Point, turn: float, length: float = 92, base: float = 30) -> None:
    relief.shape(
        leaf(at, length, 25, turn), Stuff("#6FB23E", gloss=0.4, grain=0.07), rise=11, edge=9, base=base
    )
    spine = [(x, y - 3) for x, y in leaf(at, length, 3, turn)[2:22]]
    relief.strand(spine, 2, Stuff("#A6D56F", gloss=0.3), rise=2, base=base + 10)


def ginger(relief: Relief, at: Point, size: float = 34, colour: Colour = "#E86A6A", count: int = 34) -> None:
    """Thin threads in a small heap."""
    for step in range(count):
        turn = relief.random.uniform(0, pi)
        x, y = at[0] + relief.random.normal(0, size * 0.32), at[1] + relief.random.normal(0, size * 0.2)
        half = size * 0.55
        ends = (
            (x - half * np.cos(turn), y - half * 0.6 * np.sin(turn)),
            (
                x + half * np.cos(turn),
                y + half * 0.6 * np.sin(turn),
            ),
        )
        relief.strand(
            wave(*ends, 2, 0.5),
            4.2,
            Stuff(colour, gloss=0.4, grain=0.10),
            rise=5,
            base=relief.at(*at) * 0.5 + 14 + step * 0.4,
        )
