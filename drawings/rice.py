"""Dishes of rice."""

from math import pi

import numpy as np

from drawings import garnish
from drawings.outlines import arc, lump
from drawings.relief import Relief, Stuff
from drawings.tableware import Round, bowl, fill, plate, table

RICE = Stuff("#FDFAF0", gloss=0.3, grain=0.03)


def grains(relief: Relief, heap: Round, stuff: Stuff, count: int, size: float = 9.5) -> None:
    """Over a heap that is there."""
    for _ in range(count):
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1) ** 0.5)
        turn = float(relief.random.uniform(0, pi))
        relief.dome(at, (size, size * 0.43), stuff, rise=6, turn=turn, base=relief.at(*at) - 1.5)


def fried_rice(relief: Relief) -> None:
    table(relief, "#C8553D")
    well = plate(relief, ring="#C8553D")
    heap = Round(well.x, well.y - 14, 275)
    rice = Stuff("#F5CB78", gloss=0.35, grain=0.08)
    relief.dome((heap.x, heap.y), (heap.radius, heap.depth), rice, rise=125, base=4)
    grains(relief, heap, rice, 2300)
    grains(relief, heap, Stuff("#F8E3AE", gloss=0.35, grain=0.06), 420)
    for _ in range(34):  # egg
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.95) ** 0.5)
        size = relief.random.uniform(12, 22)
        points = lump(
            relief.random, at, (size, size * 0.7), wobble=0.25, turn=float(relief.random.uniform(0, pi))
        )
        relief.shape(points, Stuff("#FFD23F", gloss=0.4, grain=0.08), rise=8, edge=6, base=relief.at(*at) - 2)
    for _ in range(30):  # roast pork, in dice
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.95) ** 0.5)
        turn = float(relief.random.uniform(0, pi))
        points = arc(at, (13, 11), pi / 4, 2 * pi + pi / 4, turn)[::10]
        stuff = Stuff("#C26B4C", gloss=0.4, grain=0.12, spots="#8F3D2A", spot_share=0.3)
        relief.shape(points, stuff, rise=9, edge=4, base=relief.at(*at) - 1)
    for _ in range(80):
        at = heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 1) ** 0.5)
        garnish.scallion(relief, at, float(relief.random.uniform(5.5, 8.5)), "#5FA243")
    garnish.ginger(relief, (well.x + 236, well.y + 74), 40, "#E2484F")


def curry_rice(relief: Relief) -> None:
    table(relief, "#DDA73A")
    well = plate(relief, ring="#3F5F8A", radius=440)
    sauce = Round(well.x + 62, well.y + 4, 258)
    outline = lump(relief.random, (sauce.x, sauce.y), (sauce.radius, sauce.depth), wobble=0.035)
    roux = Stuff("#96541B", gloss=0.7, grain=0.05, bumps=0.5, spots="#A5632A", spot_share=0.35, spot_size=2)
    heap = Round(well.x - 128, well.y - 8, 178)
    relief.dome((heap.x, heap.y), (heap.radius, heap.depth * 1.04), RICE, rise=92, base=5)
    grains(relief, heap, RICE, 900, 8.5)
    relief.shape(outline, roux, rise=30, edge=34, base=10)
    chunks = [(86, -70), (150, -10), (40, 22), (120, 66), (214, 40), (22, -36), (190, -70), (52, 92)]
    for index, (dx, dy) in enumerate(chunks):
        at, turn = (well.x + dx, well.y + dy), float(relief.random.uniform(0, pi))
        if index % 3 == 0:
            garnish.carrot(relief, at, 34, base=26, turn=turn)
        else:
            tone, spots = ("#E9C777", "#D9A84A") if index % 3 == 1 else ("#6B3A22", "#4E2814")
            stuff = Stuff(tone, gloss=0.45, grain=0.06, spots=spots, spot_share=0.3)
            points = lump(relief.random, at, (42, 31), turn=turn, wobble=0.12, waves=3)
            relief.shape(points, stuff, rise=26, edge=18, base=24)
    garnish.ginger(relief, (heap.x - 70, heap.y + 112), 38, "#C93A2E", 40)
    for _ in range(26):
        garnish.parsley(
            relief, heap.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.55)), 4
        )


def oyakodon(relief: Relief) -> None:
    table(relief, "#B8893B")
    face = bowl(relief, "#2F4A6B", "#E9E1CF", bands=[(0.30, "#E9E1CF"), (0.36, "#E9E1CF")], level=20)
    fill(relief, face, Stuff("#E7A93A", gloss=0.4, grain=0.05), base=46)
    top = Round(face.x, face.y - 4, face.radius * 0.96)
    egg = Stuff("#FFCB3D", gloss=0.65, grain=0.06, bumps=0.8, spots="#FFE9B0", spot_share=0.30, spot_size=2)
    relief.dome((top.x, top.y), (top.radius, top.depth), egg, rise=40, base=44, flat=0.35)
    for turn, share in [
        (0.3, 0.55),
        (1.2, 0.6),
        (2.2, 0.62),
        (3.1, 0.6),
        (4.0, 0.62),
        (5.2, 0.64),
        (0, 0.02),
        (2.6, 0.24),
        (5.9, 0.28),
    ]:
        at = top.place(turn, share)
        points = lump(relief.random, at, (44, 29), turn=float(relief.random.uniform(0, pi)), wobble=0.13)
        chicken = Stuff(
            "#E8B878", gloss=0.5, grain=0.06, spots="#CB8C4C", spot_share=0.35, spot_size=2, bumps=1.2
        )
        relief.shape(points, chicken, rise=20, edge=15, base=relief.at(*at) - 4)
    for _ in range(26):  # onion
        at = top.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0.1, 0.85))
        points = arc(at, (34, 17), 0, 2.0, float(relief.random.uniform(0, 2 * pi)))
        relief.strand(points, 7, Stuff("#F6DFA0", gloss=0.5, alpha=0.9), rise=6, base=relief.at(*at) - 2)
    for _ in range(26):  # half set egg over all of it
        at = top.place(relief.random.uniform(0, 2 * pi), relief.random.uniform(0, 0.9) ** 0.6)
        size = relief.random.uniform(16, 44)
        tone = str(relief.random.choice(["#FFC52B", "#FFD65E", "#FFF1C4", "#FFB915"]))
        points = lump(
            relief.random, at, (size, size * 0.6), wobble=0.11, turn=float(relief.random.uniform(0, pi))
        )
        relief.shape(points, Stuff(tone, gloss=0.75, grain=0.04), rise=8, edge=9, base=relief.at(*at) - 1.5)
    for dx, turn in ((-26, -0.5), (2, 0.4), (24, -0.1), (-6, 1.2)):
        x, y = top.x + dx, top.y - 6
        for side in (-1, 1):
            points = lump(relief.random, (x + 12 * side, y - 6), (16, 9), turn=turn + side * 0.5, wobble=0.2)
            relief.shape(points, garnish.GREEN, rise=6, edge=4, base=relief.at(x, y) + 1)
        relief.strand(
            [(x, y), (x + 26 * np.cos(turn), y + 30)],
            4,
            Stuff("#8FBF5A", gloss=0.3),
            rise=4,
            base=relief.at(x, y),
        )
