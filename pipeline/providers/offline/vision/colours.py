"""What a colour is called, and how bright it is. Colours are red, green and blue, 1 at the clip's white."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.offline.vision.arrays import Floats, Mask

_LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def luma(colours: Floats) -> Floats:
    """How bright each is to the eye."""
    brightness: Floats = colours @ _LUMA
    return brightness


def weakest_channel(colours: Floats) -> Floats:
    """Of the three channels; several times quicker than numpy's minimum over an axis of three."""
    weakest: Floats = np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2])
    return weakest


def strongest_channel(colours: NDArray[Any]) -> Floats:
    strongest: Floats = np.maximum(np.maximum(colours[..., 0], colours[..., 1]), colours[..., 2])
    return strongest


def is_brown(colours: Floats) -> Mask:
    """Brown is a dark orange: between red and yellow, well coloured, far from white."""
    red, green, blue = colours.T
    range_ = red - blue
    hue = (green - blue) / np.maximum(range_, 1e-3)
    brightness = luma(colours)
    brown: Mask = (
        (range_ > 0.3 * red) & (hue > 0.3) & (hue < 0.75) & (brightness < 0.55) & (brightness > 0.05)
    )
    return brown


def is_pale(colours: Floats) -> Mask:
    strongest = strongest_channel(colours)
    pale: Mask = (strongest - weakest_channel(colours) < 0.35 * strongest) & (luma(colours) > 0.35)
    return pale
