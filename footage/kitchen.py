"""What stays the same in every dish: the stove, the pan, the hand and its tools, and the haze in the air."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from footage.script import Tool

Colour = tuple[int, int, int]
_OVERSAMPLING = 3  # what is drawn once is drawn larger and shrunk, for smooth edges
_PANS: tuple[tuple[Colour, Colour], ...] = (  # floor, rim
    ((44, 43, 45), (92, 92, 96)),
    ((58, 56, 57), (128, 128, 132)),
    ((74, 74, 78), (176, 176, 180)),
)
_COUNTERS: tuple[Colour, ...] = ((196, 160, 118), (214, 206, 196), (172, 134, 98))


@dataclass(frozen=True)
class Place:
    """Where the pan lies on the canvas, in pixels."""

    size: tuple[int, int]
    centre: tuple[float, float]
    radius: float  # of the floor of the pan

    def point(self, x: float, y: float) -> tuple[float, float]:
        """From pan radii around the centre to pixels."""
        return self.centre[0] + x * self.radius, self.centre[1] + y * self.radius

    def box(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        cx, cy = self.point(x, y)
        return cx - rx * self.radius, cy - ry * self.radius, cx + rx * self.radius, cy + ry * self.radius


def lay_out(size: tuple[int, int], rng: np.random.Generator) -> Place:
    width, height = size
    short = min(size)
    centre = (width * (0.5 + rng.uniform(-0.03, 0.03)), height * (0.45 + rng.uniform(-0.03, 0.03)))
    return Place(size, centre, short * rng.uniform(0.37, 0.41))


def blend(a: Colour, b: Colour, share: float) -> Colour:
    share = min(max(share, 0.0), 1.0)
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def stove(place: Place, rng: np.random.Generator) -> Image.Image:
    """Black glass, a wooden counter in front, the pan on its ring."""
    floor, rim = _PANS[int(rng.integers(len(_PANS)))]
    width, height = place.size[0] * _OVERSAMPLING, place.size[1] * _OVERSAMPLING
    image = Image.new("RGB", (width, height), (34, 35, 38))
    pen = ImageDraw.Draw(image)
    _counter(pen, width, height, _COUNTERS[int(rng.integers(len(_COUNTERS)))], rng)
    cx, cy, radius = (
        place.centre[0] * _OVERSAMPLING,
        place.centre[1] * _OVERSAMPLING,
        place.radius * _OVERSAMPLING,
    )

    def disc(share: float, colour: Colour, dx: float = 0, dy: float = 0) -> None:
        r = radius * share
        pen.ellipse((cx + dx - r, cy + dy - r, cx + dx + r, cy + dy + r), fill=colour)

    for share, colour in ((1.34, (48, 40, 40)), (1.31, (120, 52, 36)), (1.28, (40, 38, 40))):
        disc(share, colour)  # the glow of the ring
    disc(1.2, (18, 18, 20), radius * 0.05, radius * 0.09)  # shadow
    _handle(pen, cx, cy, radius)
    disc(1.18, rim)
    disc(1.15, blend(rim, (255, 255, 255), 0.25))
    disc(1.12, blend(rim, floor, 0.45))
    for step in range(24):  # the wall falls away into the floor, the floor shines a little off its middle
        disc(1.11 - step * 0.005, blend(blend(rim, floor, 0.6), floor, step / 23))
    for step in range(30):
        r = 0.95 - step * 0.03
        disc(r, blend(floor, (255, 255, 255), 0.004 * step), -radius * 0.0035 * step, -radius * 0.005 * step)
    return image.resize(place.size, Image.Resampling.BOX)


def _counter(
    pen: ImageDraw.ImageDraw, width: int, height: int, colour: Colour, rng: np.random.Generator
) -> None:
    top = round(height * 0.84)
    pen.rectangle((0, top, width, height), fill=colour)
    pen.rectangle((0, top, width, top + height // 160), fill=blend(colour, (255, 255, 255), 0.35))
    for _ in range(26):
        y = int(rng.integers(top + height // 80, height))
        pen.line((0, y, width, y + int(rng.integers(-9, 9))), fill=blend(colour, (60, 40, 20), 0.12), width=2)
    for x, size, inside in ((0.2, 0.085, (240, 236, 226)), (0.8, 0.07, (120, 150, 84))):  # bowls
        cx, cy, r = width * x, height * 0.925, width * size
        pen.ellipse(
            (cx - r * 1.05, cy - r * 0.95, cx + r * 1.2, cy + r * 1.2), fill=blend(colour, (0, 0, 0), 0.3)
        )
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=(226, 228, 232))
        pen.ellipse((cx - r * 0.84, cy - r * 0.84, cx + r * 0.84, cy + r * 0.84), fill=inside)


def _handle(pen: ImageDraw.ImageDraw, cx: float, cy: float, radius: float) -> None:
    angle = math.radians(62)
    ahead, aside = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    for half, colour in ((0.12, (24, 24, 26)), (0.075, (52, 52, 56))):
        corners = []
        for along, side in ((1.0, -half), (2.3, -half * 0.8), (2.3, half * 0.8), (1.0, half)):
            corners.append((cx + radius * (ahead[0] * along + aside[0] * side),
                            cy + radius * (ahead[1] * along + aside[1] * side)))  # fmt: skip
        pen.polygon(corners, fill=colour)


@dataclass(frozen=True)
class Arm:
    image: Image.Image
    tip: tuple[float, float]  # the tool's end, in pixels of the image


_LEAN = 16  # degrees: right-handed


def hand_with(tool: Tool, place: Place) -> Arm:
    """A forearm reaching in from below with its tool."""
    unit = place.radius * _OVERSAMPLING
    image = Image.new("RGBA", (round(unit * 1.1), round(unit * 3.6)))
    pen = ImageDraw.Draw(image)
    mid, skin, sleeve = image.width / 2, (226, 178, 146, 255), (96, 124, 156, 255)

    def bar(top: float, bottom: float, half_top: float, half_bottom: float, colour: tuple[int, ...]) -> None:
        pen.polygon([(mid - half_top * unit, top * unit), (mid + half_top * unit, top * unit),
                     (mid + half_bottom * unit, bottom * unit), (mid - half_bottom * unit, bottom * unit)],
                    fill=colour)  # fmt: skip

    if tool is Tool.SPATULA:
        bar(0.0, 0.5, 0.17, 0.13, (70, 62, 56, 255))
        bar(0.5, 1.5, 0.045, 0.055, (92, 80, 70, 255))
    else:
        pen.ellipse((mid - 0.42 * unit, 0, mid + 0.42 * unit, 0.84 * unit), fill=(222, 226, 232, 255))
        pen.ellipse(
            (mid - 0.35 * unit, 0.03 * unit, mid + 0.35 * unit, 0.73 * unit), fill=(198, 202, 210, 255)
        )
    reach = 1.1 if tool is Tool.SPATULA else 0.7
    bar(reach + 0.2, 2.2, 0.15, 0.24, skin)
    bar(2.1, 3.6, 0.27, 0.34, sleeve)
    pen.ellipse((mid - 0.2 * unit, reach * unit, mid + 0.2 * unit, (reach + 0.5) * unit), fill=skin)
    for finger in range(4):
        x = mid + (finger - 1.5) * 0.1 * unit
        pen.ellipse(
            (x - 0.06 * unit, (reach - 0.06) * unit, x + 0.06 * unit, (reach + 0.3) * unit), fill=skin
        )
    small = (round(image.width / _OVERSAMPLING), round(image.height / _OVERSAMPLING))
    picture = image.resize(small, Image.Resampling.BOX).rotate(_LEAN, Image.Resampling.BICUBIC, expand=True)
    lean, length = math.radians(_LEAN), small[1] / 2
    tip = (picture.width / 2 - length * math.sin(lean), picture.height / 2 - length * math.cos(lean))
    return Arm(picture, tip)


class Haze:
    """Smoke or steam: puffs that rise from the pan, widen and drift."""

    _COARSE = 10

    def __init__(self, place: Place, *, smoke: bool, rng: np.random.Generator) -> None:
        self._colour: Colour = (158, 168, 186) if smoke else (238, 238, 236)
        self._place = place
        width, height = place.size
        self._y, self._x = np.mgrid[0 : height : self._COARSE, 0 : width : self._COARSE].astype(np.float32)
        self._phases: NDArray[np.floating[Any]] = rng.uniform(0, 4, 16)
        self._places: NDArray[np.floating[Any]] = rng.uniform(-0.75, 0.75, (16, 2))

    def lay_over(self, image: Image.Image, t: float, amount: float) -> None:
        """`amount` 0 to 1: how much of the pan it hides at its thickest."""
        if amount < 0.01:
            return
        veil = np.zeros_like(self._x)
        for phase, (x, y) in zip(self._phases, self._places, strict=True):
            age = (t + phase) % 4 / 4
            cx, cy = self._place.point(x * (1 + 0.5 * age), y - 0.9 * age)
            spread = self._place.radius * (0.28 + 0.5 * age)
            near = (self._x - cx) ** 2 + (self._y - cy) ** 2
            veil += np.exp(-near / (2 * spread**2)) * math.sin(math.pi * age)
        base = self._place.point(0, -0.2)
        reach = self._place.radius * 1.25
        veil = 0.25 * veil + 0.7 * np.exp(
            -((self._x - base[0]) ** 2 + (self._y - base[1]) ** 2) / (2 * reach**2)
        )
        mask = Image.fromarray((np.clip(veil * amount * 0.75, 0, 0.9) * 255).astype(np.uint8))
        image.paste(self._colour, (0, 0), mask.resize(image.size, Image.Resampling.BICUBIC))
