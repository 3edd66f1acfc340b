"""A small renderer: pieces are set into a field of heights, and one light from the upper left shades them all.

Coordinates are pixels of the finished picture, y downwards; heights are in the same unit, towards whoever looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

WIDTH, HEIGHT = 1024, 665  # LINE shows 20:13 of it
SCALE = 2  # drawn this much larger, then made smaller: smooth edges
MARGIN = 0.055  # of the width and the height, cut away on every side at the end

Field = NDArray[Any]  # of 32-bit floats, one a pixel, or three
Point = tuple[float, float]
Colour = str | tuple[float, float, float]

_LIGHT = np.array([-0.46, -0.62, 0.64], dtype=np.float32)
_HALF = _LIGHT + np.array([0, 0, 1], dtype=np.float32)
_HALF /= np.linalg.norm(_HALF)
_STEEPEST = 2.4  # of a slope, as far as the light is asked
_SHADOW_STEPS = 10


@dataclass(frozen=True)
class Stuff:
    """What a piece is made of. `grain` is how uneven its colour is, `bumps` how uneven its surface, in pixels; `spots` mix
    in a second colour, as browning does."""

    colour: Colour
    gloss: float = 0.15
    grain: float = 0.06
    bumps: float = 0.0
    spots: Colour | None = None
    spot_share: float = 0.4  # of the surface
    spot_size: int = 1  # which noise: 0 fine, 1 middle, 2 coarse
    alpha: float = 1.0


def rgb(colour: Colour) -> Field:
    if isinstance(colour, str):
        return np.array(ImageColor.getrgb(colour)[:3], dtype=np.float32) / 255
    return np.array(colour, dtype=np.float32)


def blur(field: Field, radius: float) -> Field:
    """About a Gaussian: three times the mean of a window, along both axes."""
    size = max(1, round(radius * SCALE))
    for _ in range(3):
        for axis in (0, 1):
            field = _window_mean(field, size, axis)
    return field


def _window_mean(field: Field, size: int, axis: int) -> Field:
    pads = [(0, 0)] * field.ndim
    pads[axis] = (size + 1, size)
    sums = np.cumsum(np.pad(field, pads, mode="edge"), axis=axis, dtype=np.float64)
    upper = np.take(sums, range(2 * size + 1, sums.shape[axis]), axis=axis)
    lower = np.take(sums, range(sums.shape[axis] - 2 * size - 1), axis=axis)
    return ((upper - lower) / (2 * size + 1)).astype(np.float32)


class Relief:
    """The picture while it is made; the same `seed` gives the same picture."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        shape = HEIGHT * SCALE, WIDTH * SCALE
        self.y, self.x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / SCALE
        self.colour: Field = np.ones((*shape, 3), dtype=np.float32)
        self.height: Field = np.zeros(shape, dtype=np.float32)
        self.gloss: Field = np.zeros(shape, dtype=np.float32)
        self.noises = [self._noise(size) for size in (1.2, 4, 14)]

    def at(self, x: float, y: float) -> float:
        """The height there."""
        row = min(max(round(y * SCALE), 0), HEIGHT * SCALE - 1)
        column = min(max(round(x * SCALE), 0), WIDTH * SCALE - 1)
        return float(self.height[row, column])

    def dome(
        self,
        at: Point,
        size: Point,
        stuff: Stuff,
        *,
        rise: float,
        turn: float = 0.0,
        base: float | None = None,
        flat: float = 0.0,
    ) -> None:
        """An ellipse of these two radii, `turn` radians clockwise; with `flat` above 0 its top is a plateau."""
        (x, y), (rx, ry) = at, size
        reach = max(rx, ry) + 1
        window = self._window(x - reach, y - reach, x + reach, y + reach)
        dx, dy = self.x[window] - x, self.y[window] - y
        u, v = dx * cos(turn) + dy * sin(turn), dy * cos(turn) - dx * sin(turn)
        inside = 1 - (u / rx) ** 2 - (v / ry) ** 2
        profile = np.sqrt(np.clip(inside, 0, 1))
        if flat:
            profile = np.minimum(profile / (1 - flat), 1)
        self._set(window, inside > 0, profile, stuff, rise, self.at(x, y) * 0.85 if base is None else base)

    def shape(
        self, points: Sequence[Point], stuff: Stuff, *, rise: float, edge: float, base: float = 0.0
    ) -> None:
        """A closed outline, rounded over `edge` pixels from its border."""
        self._set_mask(points, stuff, rise, edge, base, lambda draw, places: draw.polygon(places, fill=255))

    def strand(
        self, points: Sequence[Point], width: float, stuff: Stuff, *, rise: float, base: float = 0.0
    ) -> None:
        """A thread of this width along the points."""

        def paint(draw: ImageDraw.ImageDraw, places: list[Point]) -> None:
            draw.line(places, fill=255, width=max(1, round(width * SCALE)), joint="curve")
            for x, y in (places[0], places[-1]):
                r = width * SCALE / 2
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)

        self._set_mask(points, stuff, rise, width * 0.3, base, paint, margin=width)

    def surface(self, mask: Field, height: Field, stuff: Stuff) -> None:
        """Whatever was computed for the whole picture."""
        window = (slice(None), slice(None))
        self._set(window, mask > 0.5, height, stuff, 1.0, 0.0, above=False)

    def shade(self, mask: Field, colour: Colour, strength: float) -> None:
        """Mixes the colour in, as far as the mask says: a shadow, a sauce, a glow."""
        share = (mask * strength)[..., None]
        self.colour = self.colour * (1 - share) + rgb(colour) * share

    def inside(self, points: Sequence[Point]) -> Field:
        """1 within the outline, for `shade`."""
        image = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE))
        ImageDraw.Draw(image).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)
        return np.asarray(image, dtype=np.float32) / 255

    def finish(self) -> Image.Image:
        lit = self._light()
        picture = Image.fromarray((np.clip(lit, 0, 1) * 255).astype(np.uint8))
        edge_x, edge_y = round(WIDTH * SCALE * MARGIN), round(HEIGHT * SCALE * MARGIN)
        picture = picture.crop((edge_x, edge_y, WIDTH * SCALE - edge_x, HEIGHT * SCALE - edge_y))
        return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def _set_mask(
        self,
        points: Sequence[Point],
        stuff: Stuff,
        rise: float,
        edge: float,
        base: float,
        paint: Callable[[ImageDraw.ImageDraw, list[Point]], None],
        margin: float = 0.0,
    ) -> None:
        reach = margin + 3 * edge + 2
        xs, ys = [x for x, _ in points], [y for _, y in points]
        window = self._window(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
        top, left = window[0].start, window[1].start
        image = Image.new("L", (window[1].stop - left, window[0].stop - top))
        paint(ImageDraw.Draw(image), [(x * SCALE - left, y * SCALE - top) for x, y in points])
        mask = np.asarray(image, dtype=np.float32) / 255
        inside = np.clip((blur(mask, edge / 2) - 0.5) * 2, 0, 1)
        profile = np.sqrt(1 - (1 - inside) ** 2)
        self._set(window, mask > 0.5, profile, stuff, rise, base)

    def _set(
        self,
        window: tuple[slice, slice],
        mask: NDArray[np.bool_],
        profile: Field,
        stuff: Stuff,
        rise: float,
        base: float,
        *,
        above: bool = True,
    ) -> None:
        rows, columns = profile.shape
        fine, middle, coarse = (self._piece(noise, rows, columns) for noise in self.noises)
        z = base + rise * profile + stuff.bumps * (0.35 * middle + 0.5 * coarse)
        visible = mask & (z > self.height[window]) if above else mask
        tint = rgb(stuff.colour) * (1 + stuff.grain * (0.5 * fine + middle))[..., None]
        if stuff.spots is not None:
            noise = (fine, middle, coarse)[stuff.spot_size]
            edge = np.quantile(noise, 1 - stuff.spot_share) if noise.size else 0.0
            share = np.clip((noise - edge) * 1.6 + 0.5, 0, 1)[..., None]
            tint = tint * (1 - share) + rgb(stuff.spots) * share
        old = self.colour[window][visible]
        self.colour[window][visible] = old * (1 - stuff.alpha) + tint[visible] * stuff.alpha
        self.height[window][visible] = z[visible]
        self.gloss[window][visible] = stuff.gloss

    def _light(self) -> Field:
        slope_y, slope_x = np.gradient(self.height * SCALE)
        steep = np.maximum(np.hypot(slope_x, slope_y) / _STEEPEST, 1)
        normal = np.stack([-slope_x / steep, -slope_y / steep, np.ones_like(slope_x)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        diffuse = np.clip(normal @ _LIGHT, 0, 1) / _LIGHT[2]
        hollow = np.clip(blur(self.height, 7) - self.height, 0, 15)
        light = (0.58 + 0.44 * np.minimum(diffuse, 1.3)) * np.exp(-hollow / 34)
        light *= 1 - 0.30 * blur(self._shadow(), 2.5)
        warm = 1 + (light[..., None] - 1) * np.array([0.84, 1.0, 1.08], dtype=np.float32)
        shine = np.clip(normal @ _HALF, 0, 1) ** 38 * self.gloss
        lit: Field = self.colour * warm + shine[..., None] * np.array([1, 0.98, 0.92], dtype=np.float32)
        return lit

    def _shadow(self) -> Field:
        """Where something between here and the light is higher."""
        shadow = np.zeros_like(self.height)
        for step in range(1, _SHADOW_STEPS + 1):
            across, down = round(step * 3.2 * SCALE), round(step * 4.2 * SCALE)
            moved = np.zeros_like(self.height)
            moved[down:, across:] = self.height[:-down, :-across]
            shadow = np.maximum(shadow, np.clip((moved - self.height - step * 4.6) / 6, 0, 1))
        return shadow

    def _window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        def cut(value: float, most: int) -> int:
            return min(max(round(value * SCALE), 0), most * SCALE)

        return slice(cut(top, HEIGHT), cut(bottom, HEIGHT)), slice(cut(left, WIDTH), cut(right, WIDTH))

    def _noise(self, size: float) -> Field:
        """About -2 to 2, in spots of this many pixels."""
        rows, columns = (int(side / size) + 3 for side in (HEIGHT, WIDTH))
        rough = self.random.standard_normal((rows, columns)).astype(np.float32)
        image = Image.fromarray(rough).resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BICUBIC)
        return np.asarray(image, dtype=np.float32)

    def _piece(self, noise: Field, rows: int, columns: int) -> Field:
        """Another part of it each time, so that no two pieces are alike."""
        top = int(self.random.integers(0, max(1, noise.shape[0] - rows + 1)))
        left = int(self.random.integers(0, max(1, noise.shape[1] - columns + 1)))
        return noise[top : top + rows, left : left + columns]
