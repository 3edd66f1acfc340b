"""Dishes of meat."""

from collections.abc import Sequence
from math import pi

import numpy as np

from drawings import garnish
from drawings.outlines import arc, lump, turned, wave
from drawings.relief import Point, Relief, Stuff, blur
from drawings.tableware import Round, plate, table

SEARED = Stuff("#7A4224", gloss=0.5, grain=0.12, bumps=2.6, spots="#4A2412", spot_share=0.42)


def sauce(relief: Relief, at: Point, size: Point, stuff: Stuff, base: float = 7) -> None:
    """A pool on the plate."""
    relief.shape(lump(relief.random, at, size, wobble=0.06, waves=5), stuff, rise=3, edge=9, base=base)


def beef_steak(relief: Relief) -> None:
    table(relief, "#8C5A4A")
    well = plate(relief, ring="#8B8478", radius=435)
    garnish.broccoli(relief, (well.x - 214, well.y - 78), 48)
    garnish.broccoli(relief, (well.x - 142, well.y - 112), 42)
    for dx, dy, turn in ((190, -100, 0.3), (236, -58, 1.0), (128, -122, -0.4)):
        garnish.carrot(relief, (well.x + dx, well.y + dy), 36, base=8, turn=turn)
    for dx, dy in ((40, -124), (84, -112)):
        points = lump(relief.random, (well.x + dx, well.y + dy), (46, 24), wobble=0.1)
        relief.shape(
            points, Stuff("#F0CE7E", gloss=0.35, spots="#D79B45", spot_share=0.3), rise=26, edge=14, base=8
        )
    sauce(relief, (well.x + 10, well.y + 48), (268, 118), Stuff("#5A2A12", gloss=0.8, grain=0.04))
    body = lump(relief.random, (well.x - 66, well.y + 14), (176, 96), turn=-0.08, wobble=0.07)
    relief.shape(body, SEARED, rise=46, edge=20, base=8)
    fat = arc((well.x - 66, well.y + 6), (170, 92), pi * 1.02, pi * 1.62, -0.08)
    relief.strand(
        fat, 15, Stuff("#E9C38C", gloss=0.6, grain=0.08, spots="#B9793C", spot_share=0.35), rise=10, base=44
    )
    for step in range(-2, 3):  # the grill's marks
        x = well.x - 62 + step * 54
        half = 62 - 9 * abs(step)
        relief.strand(
            [(x - half * 0.5, well.y + 12 + half * 0.8), (x + half * 0.5, well.y + 8 - half * 0.8)],
            9,
            Stuff("#2E140A", gloss=0.3),
            rise=1.5,
            base=54,
        )
    for step in range(4):  # slices, with their pink inside
        x, y = well.x + 112 + step * 43, well.y + 30 + step * 5
        crust = turned(arc((0, 0), (34, 84), 0, 2 * pi), (x, y), 0.32)
        relief.shape(crust, SEARED, rise=30, edge=10, base=10 + step)
        inside = turned(arc((0, 0), (24, 72), 0, 2 * pi), (x + 6, y + 2), 0.32)
        pink = Stuff("#D2605A", gloss=0.6, grain=0.08, spots="#B8443F", spot_share=0.35, bumps=0.5)
        relief.shape(inside, pink, rise=5, edge=9, base=38 + step)
    butter = turned([(-30, -22), (30, -22), (30, 22), (-30, 22)], (well.x - 96, well.y - 2), 0.3)
    sauce(relief, (well.x - 92, well.y + 10), (62, 36), Stuff("#F0B548", gloss=0.9, alpha=0.7), base=55)
    relief.shape(butter, Stuff("#FFE68A", gloss=0.6, grain=0.02), rise=22, edge=9, base=56)
    for _ in range(18):
        garnish.parsley(
            relief, (well.x - 96 + relief.random.normal(0, 40), well.y + relief.random.normal(0, 22)), 4
        )


def hamburg_steak(relief: Relief) -> None:
    table(relief, "#7C8F5E")
    well = plate(relief, ring="#B08A55", radius=435)
    garnish.broccoli(relief, (well.x + 188, well.y - 104), 50)
    garnish.broccoli(relief, (well.x + 252, well.y - 62), 44)
    for dx, dy, turn in ((-218, -80, 0.2), (-160, -112, 1.2), (-250, -34, -0.5)):
        garnish.carrot(relief, (well.x + dx, well.y + dy), 38, base=8, turn=turn)
    for step in range(7):
        x = well.x - 70 + step * 26
        points = turned(
            arc((0, 0), (13, 52), 0, 2 * pi), (x, well.y - 118 + abs(step - 3) * 4), 0.35 * (step - 3) / 3
        )
        relief.shape(
            points,
            Stuff("#F2CF75", gloss=0.35, spots="#D89B3C", spot_share=0.35),
            rise=20,
            edge=9,
            base=9 + step,
        )
    brown = Stuff("#5E2A12", gloss=0.85, grain=0.04)
    sauce(relief, (well.x + 2, well.y + 52), (262, 128), brown)
    patty = Round(well.x, well.y + 22, 205)
    crust = Stuff("#85461F", gloss=0.55, grain=0.14, bumps=3.6, spots="#532610", spot_share=0.4)
    points = lump(relief.random, (patty.x, patty.y), (patty.radius, patty.depth * 1.02), wobble=0.03)
    relief.shape(points, crust, rise=92, edge=92, base=8)
    cap = lump(relief.random, (patty.x, patty.y - 14), (186, 100), wobble=0.08, waves=7)
    relief.shape(cap, brown, rise=92, edge=100, base=30)
    for _ in range(26):
        at = patty.x + relief.random.normal(0, 62), patty.y - 22 + relief.random.normal(0, 26)
        garnish.parsley(relief, at, 4.5)


def ginger_pork(relief: Relief) -> None:
    table(relief, "#6E8E86")
    well = plate(relief, ring="#4F6F86", radius=435)
    garnish.cabbage(relief, Round(well.x + 10, well.y - 62, 205), 300, 92)
    garnish.tomato(relief, (well.x + 218, well.y - 22), 36)
    garnish.tomato(relief, (well.x + 252, well.y + 34), 33)
    sauce(relief, (well.x - 30, well.y + 78), (250, 92), Stuff("#7A3E12", gloss=0.85, grain=0.04))
    slices = (
        (-190, 28, 0.5),
        (-110, 66, 0.15),
        (-22, 36, -0.3),
        (64, 62, 0.25),
        (142, 84, -0.35),
        (-62, 104, 0.05),
        (28, 112, -0.1),
    )
    for index, (dx, dy, turn) in enumerate(slices):
        at = well.x + dx, well.y + dy
        points = lump(relief.random, at, (112, 52), turn=turn, wobble=0.13, waves=5)
        base = 14 + 9.0 * index
        pork = Stuff(
            "#C27A40", gloss=0.75, grain=0.08, bumps=1.0, spots="#97531F", spot_share=0.42, spot_size=2
        )
        relief.shape(points, pork, rise=20, edge=15, base=base)
        edge = wave(
            (at[0] - 82 * np.cos(turn), at[1] - 34 - 82 * np.sin(turn)),
            (at[0] + 70 * np.cos(turn), at[1] - 32 + 70 * np.sin(turn)),
            6,
            2,
        )
        relief.strand(edge, 11, Stuff("#EBC88F", gloss=0.6, grain=0.08), rise=7, base=base + 13)
    for _ in range(24):  # onion
        at = well.x - 20 + relief.random.normal(0, 110), well.y + 74 + relief.random.normal(0, 28)
        points = arc(at, (30, 16), 0, 2.2, float(relief.random.uniform(0, 2 * pi)))
        relief.strand(points, 7, Stuff("#E9B868", gloss=0.6, grain=0.08), rise=6, base=relief.at(*at) - 1)
    for _ in range(40):
        garnish.sesame(
            relief, (well.x - 20 + relief.random.normal(0, 100), well.y + 66 + relief.random.normal(0, 30))
        )


def karaage(relief: Relief) -> None:
    table(relief, "#D98E4A")
    well = plate(relief, colour="#EFE6D6", ring="#A4522D", radius=430)
    for turn in (2.6, 3.1, 3.6, 2.1):
        frill(relief, (well.x - 10, well.y - 40), float(turn))
    spots = [
        (-150, -40),
        (-40, -84),
        (84, -72),
        (176, -18),
        (-190, 44),
        (-74, 20),
        (50, 10),
        (140, 66),
        (-104, 96),
        (18, 104),
        (-16, -26),
        (96, -6),
    ]
    for index, (dx, dy) in enumerate(spots):
        piece = well.x + dx, well.y + dy
        nugget(relief, piece, base=8 if index < 10 else 62)
    garnish.lemon(relief, (well.x + 226, well.y + 62), 72, -0.35)


def frill(relief: Relief, at: Point, turn: float) -> None:
    """A leaf of lettuce."""
    for layer in range(3):
        size = 250 - layer * 40
        place = at[0] + 40 * np.cos(turn), at[1] + 30 * np.sin(turn)
        points = lump(relief.random, place, (size * 0.5, size * 0.3), turn=turn, wobble=0.16, waves=12)
        tone = ("#7FB04A", "#97C45C", "#B4D778")[layer]
        relief.shape(
            points, Stuff(tone, gloss=0.25, grain=0.08, bumps=1.5), rise=12, edge=10, base=8 + layer * 4
        )


def nugget(relief: Relief, at: Point, base: float) -> None:
    """A lump in a crust that crackles."""
    turn = float(relief.random.uniform(0, pi))
    size = relief.random.uniform(56, 70), relief.random.uniform(42, 52)
    crust = Stuff("#D88A34", gloss=0.4, grain=0.12, bumps=4.0, spots="#A9601C", spot_share=0.35, spot_size=2)
    relief.shape(
        lump(relief.random, at, size, turn=turn, wobble=0.11, waves=6), crust, rise=54, edge=34, base=base
    )
    for _ in range(26):
        angle, share = relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.85) ** 0.5
        x, y = at[0] + size[1] * share * np.cos(angle), at[1] + size[1] * 0.85 * share * np.sin(angle)
        tone = str(relief.random.choice(["#EBAE58", "#F0BE72", "#C97A2A", "#E29A42"]))
        r = relief.random.uniform(5, 13)
        points = lump(
            relief.random, (x, y), (r, r * 0.7), wobble=0.3, turn=float(relief.random.uniform(0, pi))
        )
        relief.shape(
            points, Stuff(tone, gloss=0.25, grain=0.12, bumps=1.2), rise=6, edge=5, base=relief.at(x, y) - 2
        )


def stir_fry(relief: Relief) -> None:
    table(relief, "#5F8A8B")
    well = plate(relief, ring="#B5523B", radius=435)
    heap = Round(well.x, well.y - 10, 270)
    sauce(relief, (well.x, well.y + 26), (282, 160), Stuff("#A5692A", gloss=0.8, alpha=0.8))
    relief.dome((heap.x, heap.y), (heap.radius, heap.depth), Stuff("#A9A04F"), rise=104, base=6)
    for index in range(270):
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.98) ** 0.5)
        turn, base = float(relief.random.uniform(0, pi)), relief.at(*at) - 6
        kind = index % 10
        if kind in (0, 1, 2, 3):  # cabbage
            tone = str(relief.random.choice(["#C7DE86", "#DDEBB0", "#A6CB5C", "#8DBB48"]))
            points = lump(relief.random, at, (48, 29), turn=turn, wobble=0.12, waves=4)
            relief.shape(points, Stuff(tone, gloss=0.55, grain=0.06, bumps=0.8), rise=12, edge=8, base=base)
        elif kind in (4, 5):  # pork
            points = lump(relief.random, at, (54, 26), turn=turn, wobble=0.11, waves=4)
            pork = Stuff("#B87848", gloss=0.6, grain=0.1, spots="#8A4B24", spot_share=0.42, bumps=0.8)
            relief.shape(points, pork, rise=14, edge=9, base=base + 4)
        elif kind == 6:  # carrot
            points = turned([(-34, -9), (34, -9), (34, 9), (-34, 9)], at, turn)
            relief.shape(points, garnish.CARROT, rise=9, edge=5, base=base + 5)
        elif kind == 7:  # pepper
            points = arc(at, (36, 20), 0, 2.4, turn)
            relief.strand(points, 12, Stuff("#3E8B3A", gloss=0.6, grain=0.08), rise=10, base=base + 5)
        else:  # bean sprouts
            ends = (
                (at[0] - 44 * np.cos(turn), at[1] - 30 * np.sin(turn)),
                (at[0] + 44 * np.cos(turn), at[1] + 30 * np.sin(turn)),
            )
            relief.strand(
                wave(*ends, 6, 0.5), 8, Stuff("#F4EDD6", gloss=0.6, grain=0.03), rise=8, base=base + 6
            )
    for _ in range(60):
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.9) ** 0.5)
        relief.dome(at, (2.2, 2.2), Stuff("#2B1D12", gloss=0.2), rise=1.5, base=relief.at(*at) + 0.5)


def gyoza(relief: Relief) -> None:
    table(relief, "#B5523B")
    well = plate(relief, colour="#F3EFE6", ring="#3D6B8C", radius=435)
    lace = lump(relief.random, (well.x - 26, well.y - 26), (262, 158), wobble=0.05, waves=12)
    crust = Stuff(
        "#D9A04E", gloss=0.4, grain=0.10, bumps=0.8, spots="#B9752A", spot_share=0.35, spot_size=2, alpha=0.9
    )
    relief.shape(lace, crust, rise=4, edge=4, base=7)
    for step in range(6):
        x = well.x - 205 + step * 72
        dumpling(relief, (x, well.y - 34 + abs(step - 2.5) * 5), 8 + step)
    dish = Round(well.x + 208, well.y + 116, 84)
    relief.dome(
        (dish.x, dish.y),
        (dish.radius, dish.depth),
        Stuff("#F5F2EA", gloss=0.4, grain=0.01),
        rise=26,
        base=24,
        flat=0.6,
    )
    relief.dome(
        (dish.x, dish.y),
        (dish.radius * 0.82, dish.depth * 0.80),
        Stuff("#4A1E0C", gloss=0.9),
        rise=1,
        base=51,
        flat=0.9,
    )
    for _ in range(9):
        at = dish.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.6))
        relief.dome(
            at,
            (relief.random.uniform(5, 13), relief.random.uniform(3, 7)),
            Stuff("#C84A1E", gloss=0.9, alpha=0.8),
            rise=1,
            base=52.4,
        )
    for _ in range(26):
        at = well.x - 150 + relief.random.normal(0, 30), well.y + 128 + relief.random.normal(0, 10)
        garnish.scallion(relief, at, 8)


def dumpling(relief: Relief, at: Point, base: float) -> None:
    """The brown bottom up, the skin round it."""
    skin = Stuff("#F3E2BC", gloss=0.5, grain=0.03, bumps=0.6)
    relief.shape(_crescent(at, 1.0), skin, rise=46, edge=30, base=base)
    face = _crescent((at[0] - 7, at[1] - 2), 0.80)
    golden = Stuff("#E2AC58", gloss=0.45, grain=0.04, bumps=0.6)
    relief.shape(face, golden, rise=7, edge=12, base=base + 41)
    crisp = blur(relief.inside(_crescent((at[0] - 7, at[1] - 2), 0.66)), 7)
    relief.shade(
        crisp * np.clip(0.75 + 0.22 * relief.noises[2] + 0.1 * relief.noises[1], 0, 1), "#9C5018", 0.85
    )


def _crescent(at: Point, share: float) -> Sequence[Point]:
    """A half moon on its end, thick in the middle."""
    outer = [(-38 + 76 * np.cos(t), 134 * np.sin(t)) for t in np.linspace(-1.45, 1.45, 40)]
    inner = [(-46 + 20 * np.cos(t), 126 * np.sin(t)) for t in np.linspace(1.45, -1.45, 40)]
    return turned([(x * share, y * share) for x, y in (*outer, *inner)], at, 0.16)
