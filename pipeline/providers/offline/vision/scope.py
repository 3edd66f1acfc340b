"""What of a clip can be judged at all.

Nearly every rule compares a picture with earlier ones of the same pan, down to the empty pan the clip opens on. Where the
clip is cut together, very short, or opens on anything else, there is nothing to compare with: then only what shows by itself
is named, smoke and flames.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats

SHORTEST_SECONDS = 10.0
MOST_CUTS = 2
OPENING_SECONDS = 1.2  # these show the pan before anything is in it
_COLOURLESS = 0.09  # of white: pans are grey, black or of steel; nearly all food has more colour
_SMOOTH = 0.06  # of white from pixel to pixel: food has more edges


@dataclass(frozen=True)
class Scope:
    is_long_enough: bool
    is_one_take: bool
    opens_on_empty_pan: bool

    @property
    def is_whole(self) -> bool:
        """All rules may judge."""
        return self.is_long_enough and self.is_one_take and self.opens_on_empty_pan


def scope_of(seconds: float, cuts: int, *, opens_on_empty_pan: bool) -> Scope:
    return Scope(seconds >= SHORTEST_SECONDS, cuts <= MOST_CUTS, opens_on_empty_pan)


def is_empty_pan(opening: Floats, brightness: Floats, distance: Floats) -> bool:
    """Whether the opening picture (RGB, and its brightness) shows a pan with nothing in it: without colour and edges."""
    inside = distance <= 0.8
    colour = (opening.max(axis=-1) - opening.min(axis=-1))[inside]
    down, across = np.gradient(brightness)
    edges = np.hypot(down, across)[inside]
    return float(np.median(colour)) <= _COLOURLESS and float(edges.mean()) <= _SMOOTH
