"""Dishes of fish."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from drawings import garnish
from drawings.outlines import arc, lump, turned, wave
from drawings.relief import Colour, Point, Relief, Stuff
from drawings.tableware import long_plate, plate, table


@dataclass(frozen=True)
class Fish:
    """Half as long and as high as it is, its skin above and below, its fins."""

    length: float
    height: float
    back: Stuff
    belly: Colour
    fins: Stuff
    turn: float = -0.03


def salt_grilled_fish(relief: Relief) -> None:
    table(relief, "#7FA0A8")
    place = long_plate(relief, "#4A606A")
    at = place.x - 10, place.y - 14
    fish = Fish(
        372,
        104,
        Stuff("#8697A0", gloss=0.8, grain=0.06, bumps=0.5, spots="#9C7C4E", spot_share=0.36, spot_size=2),
        "#F1E9D6",
        Stuff("#8A6B40", gloss=0.4, grain=0.12, spots="#6A4520"),
    )
    whole_fish(relief, at, fish)
    for _ in range(26):  # browned by the fire
        spot = at[0] + relief.random.uniform(-190, 260), at[1] + relief.random.uniform(-60, 52)
        size = relief.random.uniform(10, 30)
        stuff = Stuff("#8A4C14", gloss=0.4, grain=0.15, alpha=0.38)
        points = lump(relief.random, spot, (size, size * 0.5), wobble=0.2)
        relief.shape(points, stuff, rise=0.6, edge=3, base=relief.at(*spot) + 0.2)
    for step in range(3):  # cuts in the skin, and flesh in them
        _cut(relief, (at[0] - 92 + step * 112, at[1] - 6), 66, 0.42)
    for _ in range(130):  # salt
        spot = at[0] + relief.random.uniform(-220, 300), at[1] + relief.random.uniform(-66, 60)
        relief.dome(spot, (2.4, 2.0), Stuff("#FFFFFF", gloss=0.9), rise=2.5, base=relief.at(*spot) + 0.5)
    grated_radish(relief, (place.x + 176, place.y + 138))
    garnish.lemon(relief, (place.x + 296, place.y + 118), 64, -0.3)


def simmered_fish(relief: Relief) -> None:
    table(relief, "#6D8C86")
    well = plate(relief, colour="#EDE4D2", ring="#7A4A30", radius=440)
    broth = Stuff("#6E310C", gloss=0.95, grain=0.03)
    relief.shape(
        lump(relief.random, (well.x, well.y + 8), (306, 182), wobble=0.02), broth, rise=4, edge=10, base=8
    )
    fish = Fish(
        296,
        100,
        Stuff("#C4442C", gloss=0.95, grain=0.06, bumps=0.5, spots="#A5311C", spot_share=0.36, spot_size=2),
        "#EBA679",
        Stuff("#A83A22", gloss=0.7, grain=0.10, spots="#7E2614"),
        turn=-0.05,
    )
    at = well.x - 10, well.y - 10
    whole_fish(relief, at, fish)
    for slope in (0.6, -0.6):  # a cross in the skin
        _cut(relief, (at[0] + 14, at[1] - 12), 50, slope)
    for dx, dy in ((-62, 0), (-30, 8), (2, 14)):  # leek
        x, y = well.x + 130 + dx, well.y + 106 + dy
        ends = (x - 36, y + 22), (x + 36, y - 24)
        relief.strand(wave(*ends, 4, 0.5), 25, Stuff("#F0E6B4", gloss=0.7, grain=0.04), rise=20, base=14)
        relief.strand(
            [ends[1], (ends[1][0] - 20, ends[1][1] + 13)],
            24,
            Stuff("#8FB862", gloss=0.6),
            rise=20.5,
            base=14.5,
        )
    for dx, dy, turn in ((-206, 82, -0.6), (-176, 102, -0.45), (-146, 120, -0.3)):
        garnish.snow_pea(relief, (well.x + dx, well.y + dy), turn, 100, 14)
    garnish.ginger(relief, (at[0] + 96, at[1] - 26), 44, "#F7E3A2", 44)


def whole_fish(relief: Relief, at: Point, fish: Fish) -> None:
    """Its nose to the left, on its side."""
    k, h = fish.length / 330, fish.height / 88
    tail = [(292, -14), (388, -84), (366, -6), (392, 72), (292, 16)]
    relief.shape(_set(tail, at, fish), fish.fins, rise=26, edge=16, base=14)
    for step in range(7):
        ray = [(300, (step - 3) * 4), (376, (step - 3) * 21)]
        relief.strand(_set(ray, at, fish), 3, fish.fins, rise=5, base=relief.at(at[0] + 340 * k, at[1]) - 1)
    back_fin = [(-90, -70), (-50, -118), (10, -112), (100, -92), (120, -60)]
    for fin in (back_fin, [(40, 66), (84, 106), (118, 52)], [(-120, 62), (-84, 104), (-52, 72)]):
        relief.shape(_set(fin, at, fish), fish.fins, rise=16, edge=8, base=14)
    for step in range(8):
        ray = [(-70 + step * 22, -70), (-58 + step * 22, -108 + step)]
        relief.strand(_set(ray, at, fish), 3, fish.fins, rise=4, base=24)
    body: Sequence[Point] = _outline(fish.length, fish.height)
    relief.shape(turned(body, at, fish.turn), fish.back, rise=84 * h, edge=fish.height * 0.8, base=13)
    root = [(150, -44), (300, -17), (300, 19), (150, 46)]
    relief.shape(_set(root, at, fish), fish.back, rise=30, edge=20, base=14)
    skin = np.maximum(relief.inside(turned(body, at, fish.turn)), relief.inside(_set(root, at, fish)))
    below = (relief.y - at[1] - (relief.x - at[0]) * np.tan(fish.turn)) / fish.height
    relief.shade(skin * np.clip((below - 0.02) * 2.6, 0, 1), fish.belly, 0.9)
    gill = arc((-226, -2), (34, 58), -1.2, 1.2)
    tone = Stuff(fish.fins.colour, gloss=0.4)
    relief.strand(_set(gill, at, fish), 7, tone, rise=4, base=relief.at(at[0] - 200 * k, at[1]) - 1)
    side_fin = [(-176, 12), (-96, 2), (-104, 26), (-130, 38)]
    relief.shape(
        _set(side_fin, at, fish), fish.fins, rise=8, edge=6, base=relief.at(at[0] - 130 * k, at[1] + 20) - 1
    )
    (eye,) = _set([(-270, -20)], at, fish)
    base = relief.at(*eye)
    relief.dome(eye, (18, 17), Stuff("#F4EFDF", gloss=0.6), rise=8, base=base)
    relief.dome(eye, (9.5, 9), Stuff("#1E1A16", gloss=0.9), rise=4, base=base + 7)
    mouth = _set([(-326, 8), (-290, 18)], at, fish)
    relief.strand(mouth, 5, Stuff("#4A2A1C"), rise=2, base=relief.at(*mouth[1]))


def grated_radish(relief: Relief, at: Point) -> None:
    relief.dome(at, (56, 26), Stuff("#F3F1E6", gloss=0.3), rise=26, base=8)
    for _ in range(110):
        x, y = at[0] + relief.random.normal(0, 24), at[1] + relief.random.normal(0, 10)
        points = lump(relief.random, (x, y), (11, 6), wobble=0.25)
        relief.shape(points, Stuff("#FBFAF4", gloss=0.35), rise=6, edge=4, base=relief.at(x, y) - 2)


def _cut(relief: Relief, at: Point, length: float, slope: float) -> None:
    base = relief.at(*at) - 1
    edge = turned(arc((0, 0), (15, length), 0, 2 * pi), at, slope)
    relief.shape(edge, Stuff("#8A4A1C", gloss=0.3, grain=0.15), rise=4, edge=4, base=base)
    flesh = turned(arc((0, 0), (9, length * 0.88), 0, 2 * pi), at, slope)
    relief.shape(flesh, Stuff("#FAEFD8", gloss=0.35, grain=0.04), rise=6, edge=4, base=base)


def _set(points: Sequence[Point], at: Point, fish: Fish) -> Sequence[Point]:
    """Points of one that is 330 long and 88 high, on this one."""
    k, h = fish.length / 330, fish.height / 88
    return turned([(x * k, y * h) for x, y in points], at, fish.turn)


def _outline(length: float, height: float) -> Sequence[Point]:
    t = np.linspace(0, 1, 60)
    half = height * np.sin(pi * t**0.72) ** 0.75 * (1 - 0.16 * t) + 14 * t
    top = [(-length + 2 * length * 0.95 * float(s), -float(h)) for s, h in zip(t, half, strict=True)]
    return [*top, *((x, -y) for x, y in reversed(top))]
