"""Open flames: bright orange against the dark, never twice in the same place.

Food has their colours too, but stays where it is or goes as a whole; where it was, there is no darkness the next moment.
"""

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats, Mask
from pipeline.providers.offline.vision.camera import align
from pipeline.providers.offline.vision.series import ramp

_DARKER = 0.55  # where a flame has gone, of how bright it was
_CUT = 0.12  # of white, the mean change of all pixels: another scene, and no flicker
_LEAST, _PLAIN = 0.01, 0.03  # of the picture that flares up or goes out from one to the next
_FEW, _MOST = 0.2, 0.4  # of the flames: food that is stirred stays below


def measure_flicker(pictures: Floats, brightness: Floats) -> Floats:
    """For each picture how plainly flames flare between it and the one before, from 0 to 1; colours as they were filmed,
    1 at full white."""
    flicker = np.zeros(len(pictures), np.float32)
    fiery = _is_fiery(pictures)
    for number in range(1, len(pictures)):
        was_fiery, was_bright = fiery[number - 1], brightness[number - 1]
        is_fiery, is_bright = align(brightness[number - 1], brightness[number], fiery[number])
        if float(np.abs(is_bright - was_bright).mean()) > _CUT:
            continue
        flared = is_fiery & ~was_fiery & (was_bright < _DARKER * is_bright)
        died = was_fiery & ~is_fiery & (is_bright < _DARKER * was_bright)
        changed = float((flared | died).mean())
        share = changed / max(float(was_fiery.mean() + is_fiery.mean()), 1e-3)
        flicker[number] = min(ramp(changed, _LEAST, _PLAIN), ramp(share, _FEW, _MOST))
    return flicker


def _is_fiery(colours: Floats) -> Mask:
    """Orange to yellow, and bright."""
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    range_ = red - blue
    hue = (green - blue) / np.maximum(range_, 1e-3)
    fiery: Mask = (red > 0.5) & (range_ > 0.25) & (range_ > 0.45 * red) & (hue > 0.35) & (hue < 0.9)
    return fiery
