"""Where the pan turns black: what chars is colourless and far darker than that spot ever was."""

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.colours import strongest_channel, weakest_channel

_SECONDS = 3.0
_SHARE = 0.12  # of the clip, where that is longer
_BLACKER = 0.75  # of the darkest that was there
_BLACKER_BY = 0.05  # of white: where a camera crushes its shadows, ratios of next to nothing tell nothing
_COLOURLESS = 0.12  # of white: a dark crust is still brown, coal is not


def blackening_seconds(clip_seconds: float) -> float:
    """How far back blackening is measured: charring takes its time."""
    return max(_SECONDS, _SHARE * clip_seconds)


def measure_blackening(pictures: Floats, brightness: Floats, distance: Floats, t: Floats) -> Floats:
    """Share of the pan that is colourless and far darker than that spot was until a while ago, food or no food."""
    colourless = strongest_channel(pictures) - weakest_channel(pictures) < _COLOURLESS
    black = np.zeros(len(t), np.float32)
    around = (
        brightness[:, distance > 1.4] if (distance > 1.4).any() else brightness.reshape(len(brightness), -1)
    )
    exposure = np.median(around, axis=1) / max(
        float(np.median(around)), 1e-3
    )  # the camera's own, of the usual
    even = brightness / np.clip(exposure, 0.5, 1)[:, None, None]
    darkest = np.minimum.accumulate(_darkest_nearby(even), axis=0)
    before = np.searchsorted(t, t - blackening_seconds(float(t[-1])), side="right") - 1
    for number, earlier in enumerate(before):
        if earlier >= 0:
            usual = darkest[earlier]
            threshold = np.minimum(_BLACKER * usual, usual - _BLACKER_BY)
            spots = colourless[number] & (even[number] < threshold)
            black[number] = spots[distance <= 1].mean()
    return black


def _darkest_nearby(brightness: Floats) -> Floats:
    """The darkest of each pixel's neighbourhood, so that a hand-held camera's sway is not taken for change."""
    dark = brightness
    for axis in (1, 2):
        dark = np.minimum(np.minimum(dark, np.roll(dark, 1, axis)), np.roll(dark, -1, axis))
    return dark
