"""Whether there is anything to judge: light, length, something in the picture, that it lives, and that it is a kitchen."""

from collections.abc import Callable

import numpy as np

from models.coaching import Unclear
from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.colours import luma
from pipeline.providers.offline.vision.samples import Samples

TOO_DARK = 0.22  # of full white, in the clip's bright parts: nothing is told from colours below it
_TOO_SHORT = 2.0  # seconds
_FEATURELESS = 0.03  # of full white, the contrast within a picture: a covered lens, a wall, fog
_STILL = 0.03  # of full white: encoding alone moves a still picture by less, a simmering pot by more


_NO_KITCHEN = (
    0.06  # clips of kitchens lie above 0.1 also when filmed badly, of other things mostly below 0.05
)


def why_unclear(samples: Samples, likeness: Callable[[Samples], float]) -> Unclear | None:
    """None when there is something to look at. `likeness` tells how much it looks like a kitchen, from 0 to 1."""
    pictures = samples.pictures.astype(np.float32) / 255
    if brightness_of(pictures) < TOO_DARK:
        return Unclear.TOO_DARK
    if samples.seconds < _TOO_SHORT:
        return Unclear.TOO_SHORT
    grey = luma(pictures)
    if float(np.median(grey.std(axis=(1, 2)))) < _FEATURELESS:
        return Unclear.OUT_OF_VIEW
    if likeness(samples) < _NO_KITCHEN:
        return Unclear.NOT_COOKING
    return Unclear.NOT_LIVE if _is_still(grey) else None


def brightness_of(pictures: Floats) -> float:
    """Of the clip's bright parts, in its strongest channel, of full white."""
    return float(np.percentile(pictures[:: max(len(pictures) // 40, 1)], 98, axis=(0, 1, 2)).max())


def _is_still(grey: Floats) -> bool:
    """Every picture is the same one."""
    usual = np.median(grey, axis=0)
    return all(float(np.percentile(np.abs(picture - usual), 99)) < _STILL for picture in grey)
