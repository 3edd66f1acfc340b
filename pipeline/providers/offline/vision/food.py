"""What lies in the pan: how much, of which colours, and how much of it is new."""

from dataclasses import dataclass

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats, Mask
from pipeline.providers.offline.vision.colours import is_brown, is_pale, luma, strongest_channel
from pipeline.providers.offline.vision.haze import HAZY
from pipeline.providers.offline.vision.scope import OPENING_SECONDS

_UNLIKE_PAN = 0.14  # of white: how far a colour must lie from the pan's to be food
_SHADES = 16
_LOOK_SECONDS = 2.2  # before and after, for what is new


@dataclass(frozen=True)
class Food:
    """A value for each picture."""

    area: Floats
    brown: Floats
    pale: Floats
    brightness: Floats
    palette: Floats


def find_food(pictures: Floats, inside: Mask, haze: Floats, t: Floats) -> Food:
    """Food is what the opening does not show and what is unlike the empty pan."""
    opening = np.median(pictures[t <= t[0] + OPENING_SECONDS], axis=0)
    pan = np.median(opening[inside], axis=0)
    count = len(pictures)
    area, brown, pale, brightness = (np.zeros(count, np.float32) for _ in range(4))
    palette = np.zeros((count, 3, _SHADES), np.float32)
    least = 0.03 * inside.sum()
    for number, picture in enumerate(pictures):
        clear = np.clip((picture - haze[number]) / max(1 - haze[number], 0.3), 0, 1.2)
        palette[number] = _palette(clear[inside])
        new = strongest_channel(np.abs(clear - opening)) > _UNLIKE_PAN
        food = inside & new & (strongest_channel(np.abs(clear - pan)) > _UNLIKE_PAN)
        area[number] = food.sum() / inside.sum()
        if haze[number] > HAZY:
            brown[number] = pale[number] = brightness[number] = np.nan  # that would be the haze's colour
        elif food.sum() >= least:
            brown[number] = is_brown(clear[food]).mean()
            pale[number] = is_pale(clear[food]).mean()
            brightness[number] = np.median(luma(clear[food]))
    return Food(area, brown, pale, brightness, palette)


def measure_novelty(palette: Floats, t: Floats) -> Floats:
    """How far the palette of the next two seconds lies from that of the last two; a passing hand cancels out."""
    novelty = np.zeros(len(t), np.float32)
    for number, second in enumerate(t):
        if second - t[0] < OPENING_SECONDS:
            continue
        before = palette[(t >= second - _LOOK_SECONDS) & (t < second - 0.35)]
        after = palette[(t > second + 0.35) & (t <= second + _LOOK_SECONDS)]
        if len(before) and len(after):
            gap = after.mean(axis=0) - before.mean(axis=0)  # means peak at the very moment
            novelty[number] = np.abs(gap).mean(axis=1).sum()
    return novelty


def _palette(colours: Floats) -> Floats:
    """How light and how coloured the pan's content is, as quantiles: stirring leaves them, adding changes them."""
    red, green, _ = colours.T
    brightness = luma(colours)
    shares = np.linspace(0.05, 0.95, _SHADES)
    channels = np.stack((brightness, red - brightness, green - brightness))
    palette: Floats = np.quantile(channels, shares, axis=1).T
    return palette
