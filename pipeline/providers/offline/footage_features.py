"""What the small pictures show, measured against the clip itself: its own whites, its own empty pan, its own calm.

Real kitchens differ in light, pan and camera; a number that holds in one means nothing in the next.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.offline.footage_samples import Samples

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

_CELL = 8  # pixels: haze is looked for in squares, where something dark is seldom missing
_LUMA = np.array((0.299, 0.587, 0.114), np.float32)
_OPENING_SECONDS = 1.2  # taken for the pan before anything is in it
_UNLIKE_PAN = 0.14  # of white: how far a colour must lie from the pan's to be food
_LARGEST_SWAY = 0.12  # of the picture: more between two pictures is another view, not a shaking hand
HAZY = 0.08  # of white: colours are not to be trusted behind more
_BURNT_OUT = 252  # of 255: what is brighter has lost its colour
_SHADES = 16
_LOOK_SECONDS = 2.2  # before and after, for what is new
_BLACKENS_SECONDS = 3.0
_BLACKER = 0.75  # of the darkest that was there
_BLACKER_BY = 0.05  # of white: where a camera crushes its shadows, ratios of next to nothing tell nothing
_COLOURLESS = 0.12  # of white: a dark crust is still brown, coal is not
_BLACKENS_SHARE = 0.12  # of the clip, where that is longer


@dataclass(frozen=True)
class Series:
    """A value for each sampled second."""

    t: Floats
    values: Floats

    def between(self, start: float, end: float) -> Floats:
        """Those of a stretch of seconds; the nearest one where the stretch holds none."""
        first, last = np.searchsorted(self.t, (start, end))
        if last > first:
            return self.values[first:last]
        return self.values[[min(int(first), len(self.t) - 1)]]

    def median(self, start: float, end: float) -> float:
        return self._ranked(start, end, 0.5)

    def low(self, start: float, end: float) -> float:
        return self._ranked(start, end, 0.2)

    def smooth(self, seconds: float, rank: float = 0.5) -> "Series":
        """Each value replaced by the one of that rank (0 lowest, 1 highest) around it."""
        half = seconds / 2
        values = [self._ranked(t - half, t + half + 1e-3, rank) for t in self.t]
        return Series(self.t, np.array(values, np.float32))

    def _ranked(self, start: float, end: float, rank: float) -> float:
        held = np.sort(self.between(start, end))  # ten times quicker than numpy's percentile on so few
        return float(held[round(rank * (len(held) - 1))])


@dataclass(frozen=True)
class Features:
    seconds: float
    light: float  # how bright the clip's bright parts are, of full white
    glare: float  # share of the pan that is burnt out, in the usual picture
    sway: float  # how far a hand-held camera moves from picture to picture, of the picture's longer side
    in_view: float  # share of the pictures that show the clip's main scene
    cuts: tuple[float, ...]  # seconds
    motion: Series  # in the pan, of its contrast, beyond what the surroundings move
    area: Series  # share of the pan that food covers
    brown: Series  # share of the food that is brown
    pale: Series  # share of the food that is light and hardly coloured
    food_light: Series  # of the food, of white
    black: Series  # share of the pan that has turned far darker than that spot ever was
    news: Series  # how much what lies in the pan changes at that second, against the seconds before
    veil: Series  # haze: how far the dark parts are lifted, of white
    blueness: Series  # of the haze against the clip's white; 1 is neutral, above is bluish
    sizzle: Series | None  # dB


def measure(samples: Samples) -> Features:
    pictures = samples.pictures.astype(np.float32) / 255
    white = np.maximum(np.percentile(pictures[:: max(len(pictures) // 40, 1)], 98, axis=(0, 1, 2)), 0.15)
    pictures = np.minimum(pictures / white.astype(np.float32), 1.2)
    luma = pictures @ _LUMA
    radius = _pan_radius(luma)
    away, cuts = _scenes(pictures, radius, samples.t)
    veil, blueness = _haze(pictures, luma, radius)
    motion, sway = _motion(luma, radius)
    food = _food(pictures, radius <= 1, veil, samples.t)
    black = _blackening(pictures, luma - veil[:, None, None], radius, samples.t)

    def series(values: Floats) -> Series:
        held = values.copy()
        held[away] = np.nan
        return Series(samples.t, _carried(held))

    sound = samples.sound
    return Features(
        seconds=samples.seconds,
        light=float(white.max()),
        glare=_glare(samples.pictures, radius),
        sway=sway,
        in_view=float(1 - away.mean()),
        cuts=cuts,
        motion=series(motion),
        area=series(food.area),
        brown=series(food.brown),
        pale=series(food.pale),
        food_light=series(food.light),
        black=series(black),
        news=series(_news(food.palette, samples.t)),
        veil=series(veil),
        blueness=series(blueness),
        sizzle=Series(sound.t, sound.sizzle_db) if sound else None,
    )


def _carried(values: Floats) -> Floats:
    """Gaps keep what was last seen."""
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros_like(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    first = int(np.argmax(known))
    return values[np.where(last < 0, first, last)]


def _pan_radius(luma: Floats) -> Floats:
    """Each pixel's distance from the middle of the pan, 1 at its edge: where most happens near the middle."""
    height, width = luma.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centred = np.exp(
        -(((x - width / 2) / (0.33 * width)) ** 2 + ((y - height / 2) / (0.33 * height)) ** 2) / 2
    )
    weight = luma.std(axis=0) * centred + 1e-6
    weight /= weight.sum()
    cx, cy = float((weight * x).sum()), float((weight * y).sum())
    short = min(width, height)
    rx = float(np.clip(1.7 * np.sqrt((weight * (x - cx) ** 2).sum()), 0.22 * short, 0.42 * short))
    ry = float(np.clip(1.7 * np.sqrt((weight * (y - cy) ** 2).sum()), 0.22 * short, 0.42 * short))
    radius: Floats = np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2)
    return radius


def _glare(pictures: NDArray[np.uint8], radius: Floats) -> float:
    pan = pictures[:, radius <= 1]
    return float(np.median((_most(pan) >= _BURNT_OUT).mean(axis=1)))


def _cells(pictures: Floats) -> Floats:
    """Cut into squares: (count, rows, columns, pixels of a square, channels)."""
    count, height, width = pictures.shape[:3]
    rows, columns = height // _CELL, width // _CELL
    cut = pictures[:, : rows * _CELL, : columns * _CELL].reshape(count, rows, _CELL, columns, _CELL, -1)
    return cut.transpose(0, 1, 3, 2, 4, 5).reshape(count, rows, columns, _CELL * _CELL, -1)


def _least(colours: Floats) -> Floats:
    """The weakest of the three channels; several times quicker than reducing an axis of three."""
    least: Floats = np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2])
    return least


def _most(colours: NDArray[Any]) -> Floats:
    most: Floats = np.maximum(np.maximum(colours[..., 0], colours[..., 1]), colours[..., 2])
    return most


def _scenes(pictures: Floats, radius: Floats, t: Floats) -> tuple[Mask, tuple[float, ...]]:
    """Which pictures show something else than the clip mostly does, and when the scene jumps.

    Haze pales the surroundings but leaves their pattern; another scene has another pattern.
    """
    squares = _cells(pictures).mean(axis=3)
    around = _cells(radius[None, ..., None]).mean(axis=(3, 4))[0] > 1.2
    if not around.any() or len(t) < 2:
        return np.zeros(len(t), bool), ()
    usual = np.median(squares, axis=0)
    unlike = np.median(np.abs(squares - usual).mean(axis=-1)[:, around], axis=1)
    alike = _correlation((squares @ _LUMA)[:, around], (usual @ _LUMA)[around])
    away = (unlike > max(0.12, 5 * float(np.median(unlike)))) & (alike < 0.5)
    jumps = np.median(np.abs(np.diff(squares, axis=0)).mean(axis=-1), axis=(1, 2))
    cuts = tuple(float(t[i + 1]) for i in np.flatnonzero(jumps > 0.12))
    return away, cuts


def _correlation(patterns: Floats, pattern: Floats) -> Floats:
    """Of each row with the one pattern, from -1 to 1."""
    rows = patterns - patterns.mean(axis=1, keepdims=True)
    one = pattern - pattern.mean()
    size = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
    alike: Floats = (rows @ one) / np.maximum(size, 1e-6)
    return alike


def _haze(pictures: Floats, luma: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Haze lifts what is dark, over the pan and around it; food lifts only where it lies (dark-channel prior)."""
    darkest = _cells(_least(pictures)[..., None]).min(axis=(3, 4))
    near = _cells(radius[None, ..., None]).mean(axis=(3, 4))[0] <= 1.7
    lift = darkest - np.percentile(darkest, 20, axis=0)
    veil = np.maximum(np.median(lift[:, near], axis=1), 0)
    clear = veil <= np.percentile(veil, 30)
    usual = np.median(pictures[clear], axis=0)
    dark = (usual @ _LUMA < 0.35) & (radius <= 1.7)
    if not dark.any():
        return veil, np.ones_like(veil)
    gain = np.median(pictures[:, dark] - usual[dark], axis=1)
    blueness = np.where(veil > 0.02, gain[:, 2] / np.maximum(gain[:, 0], 0.01), 1.0)
    return veil.astype(np.float32), np.clip(blueness, 0.5, 2).astype(np.float32)


def _motion(luma: Floats, radius: Floats) -> tuple[Floats, float]:
    """Movement in the pan once the camera's own is taken out, and how far the camera sways (of the picture)."""
    if len(luma) < 2:
        return np.zeros(len(luma), np.float32), 0.0
    soft = _softened(luma)
    sways = np.array([_sway(a, b) for a, b in pairwise(soft)])
    steady = np.stack([np.roll(b, (-y, -x), (0, 1)) for b, (y, x) in zip(soft[1:], sways, strict=True)])
    change = steady - soft[:-1]
    change -= np.median(change, axis=(1, 2), keepdims=True)  # the camera's exposure is no movement
    inside, outside = radius <= 1, radius > 1.4
    moved = np.abs(change[:, inside]).mean(axis=1)
    elsewhere = np.median(np.abs(change[:, outside]), axis=1) if outside.any() else np.zeros(len(moved))
    contrast = soft[1:, inside].std(axis=1) + 0.03
    usual = float(np.median(contrast))
    motion = np.maximum(moved - elsewhere, 0) / np.clip(contrast, 0.4 * usual, usual)  # haze hides movement
    sway = float(np.median(np.abs(sways).max(axis=1))) / max(luma.shape[1:])
    return np.concatenate((motion[:1], motion)).astype(np.float32), sway


def _softened(luma: Floats) -> Floats:
    """Means of three by three: what a shift of less than a pixel leaves is no movement."""
    soft = luma
    for axis in (1, 2):
        soft = (np.roll(soft, 1, axis) + soft + np.roll(soft, -1, axis)) / 3
    return soft


def _sway(before: Floats, after: Floats) -> tuple[int, int]:
    """How many rows and columns the whole picture has moved (phase correlation)."""
    spectrum = np.fft.rfft2(after) * np.conj(np.fft.rfft2(before))
    match = np.fft.irfft2(spectrum / np.maximum(np.abs(spectrum), 1e-6), before.shape)
    height, width = before.shape
    row, column = divmod(int(np.argmax(match)), width)
    y, x = (row + height // 2) % height - height // 2, (column + width // 2) % width - width // 2
    far = max(abs(y) / height, abs(x) / width) > _LARGEST_SWAY
    return (0, 0) if far else (y, x)


def _news(palette: Floats, t: Floats) -> Floats:
    """How far the palette of the next two seconds lies from that of the last two; a passing hand cancels out."""
    news = np.zeros(len(t), np.float32)
    for number, second in enumerate(t):
        if second - t[0] < _OPENING_SECONDS:
            continue
        before = palette[(t >= second - _LOOK_SECONDS) & (t < second - 0.35)]
        after = palette[(t > second + 0.35) & (t <= second + _LOOK_SECONDS)]
        if len(before) and len(after):
            gap = after.mean(axis=0) - before.mean(axis=0)  # means peak at the very moment
            news[number] = np.abs(gap).mean(axis=1).sum()
    return news


@dataclass(frozen=True)
class _Food:
    area: Floats
    brown: Floats
    pale: Floats
    light: Floats
    palette: Floats


def _food(pictures: Floats, inside: Mask, veil: Floats, t: Floats) -> _Food:
    """Food is what the opening did not show and what is unlike the empty pan."""
    opening = np.median(pictures[t <= t[0] + _OPENING_SECONDS], axis=0)
    pan = np.median(opening[inside], axis=0)
    count = len(pictures)
    area, brown, pale, light = (np.zeros(count, np.float32) for _ in range(4))
    palette = np.zeros((count, 3, _SHADES), np.float32)
    least = 0.03 * inside.sum()
    for number, picture in enumerate(pictures):
        clear = np.clip((picture - veil[number]) / max(1 - veil[number], 0.3), 0, 1.2)
        palette[number] = _palette(clear[inside])
        new = _most(np.abs(clear - opening)) > _UNLIKE_PAN
        food = inside & new & (_most(np.abs(clear - pan)) > _UNLIKE_PAN)
        area[number] = food.sum() / inside.sum()
        if veil[number] > HAZY:
            brown[number] = pale[number] = light[number] = np.nan  # what is seen is the haze's colour
        elif food.sum() >= least:
            brown[number] = _is_brown(clear[food]).mean()
            pale[number] = _is_pale(clear[food]).mean()
            light[number] = np.median(clear[food] @ _LUMA)
    return _Food(area, brown, pale, light, palette)


def _palette(colours: Floats) -> Floats:
    """How light and how coloured the pan's content is, as quantiles: stirring leaves them, adding changes them."""
    red, green, _ = colours.T
    luma = colours @ _LUMA
    shares = np.linspace(0.05, 0.95, _SHADES)
    found: Floats = np.quantile(np.stack((luma, red - luma, green - luma)), shares, axis=1).T
    return found


def _blackening(pictures: Floats, luma: Floats, radius: Floats, t: Floats) -> Floats:
    """Share of the pan that is colourless and far darker than that spot was until a while ago, food or no food."""
    colourless = _most(pictures) - _least(pictures) < _COLOURLESS
    black = np.zeros(len(t), np.float32)
    around = luma[:, radius > 1.4] if (radius > 1.4).any() else luma.reshape(len(luma), -1)
    dimmed = np.median(around, axis=1) / max(float(np.median(around)), 1e-3)  # by the camera's exposure
    even = luma / np.clip(dimmed, 0.5, 1)[:, None, None]
    darkest = np.minimum.accumulate(_spread_dark(even), axis=0)
    before = np.searchsorted(t, t - blackening_seconds(float(t[-1])), side="right") - 1
    for number, earlier in enumerate(before):
        if earlier >= 0:
            was = darkest[earlier]
            spots = colourless[number] & (even[number] < np.minimum(_BLACKER * was, was - _BLACKER_BY))
            black[number] = spots[radius <= 1].mean()
    return black


def blackening_seconds(clip_seconds: float) -> float:
    """How far back blackening is measured: charring takes its time."""
    return max(_BLACKENS_SECONDS, _BLACKENS_SHARE * clip_seconds)


def _spread_dark(luma: Floats) -> Floats:
    """The darkest of each pixel's neighbourhood, so that a hand-held camera's sway is not taken for change."""
    dark = luma
    for axis in (1, 2):
        dark = np.minimum(np.minimum(dark, np.roll(dark, 1, axis)), np.roll(dark, -1, axis))
    return dark


def _is_brown(colours: Floats) -> Mask:
    """Brown is a dark orange: between red and yellow, well coloured, far from white."""
    red, green, blue = colours.T
    reach = red - blue
    lean = (green - blue) / np.maximum(reach, 1e-3)
    light = colours @ _LUMA
    brown: Mask = (reach > 0.3 * red) & (lean > 0.3) & (lean < 0.75) & (light < 0.55) & (light > 0.05)
    return brown


def _is_pale(colours: Floats) -> Mask:
    pale: Mask = (_most(colours) - _least(colours) < 0.35 * _most(colours)) & (colours @ _LUMA > 0.35)
    return pale
