"""Smoke and steam: how thick the haze over the pan is, and how blue."""

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.colours import luma, weakest_channel
from pipeline.providers.offline.vision.pan import square_distance, squares

HAZY = 0.08  # of white: colours are not to be trusted behind more


def measure_haze(pictures: Floats, distance: Floats) -> tuple[Floats, Floats]:
    """Haze lifts what is dark, over the pan and around it; food lifts only where it lies (dark-channel prior).

    It is looked for in squares, where something dark is seldom missing.
    """
    darkest = squares(weakest_channel(pictures)[..., None]).min(axis=(3, 4))
    near = square_distance(distance) <= 1.7
    lift = darkest - np.percentile(darkest, 20, axis=0)
    haze = np.maximum(np.median(lift[:, near], axis=1), 0)
    clear = haze <= np.percentile(haze, 30)
    usual = np.median(pictures[clear], axis=0)
    dark = (luma(usual) < 0.35) & (distance <= 1.7)
    if not dark.any():
        return haze, np.ones_like(haze)
    gain = np.median(pictures[:, dark] - usual[dark], axis=1)
    blueness = np.where(haze > 0.02, gain[:, 2] / np.maximum(gain[:, 0], 0.01), 1.0)
    return haze.astype(np.float32), np.clip(blueness, 0.5, 2).astype(np.float32)
