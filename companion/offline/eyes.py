"""Danger in the pictures: flames and smoke, by the detectors of the clips' analysis, believed when they last."""

from collections import deque
from enum import StrEnum
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.camera import find_scenes
from pipeline.providers.offline.vision.colours import luma
from pipeline.providers.offline.vision.flames import measure_flicker
from pipeline.providers.offline.vision.haze import measure_haze
from pipeline.providers.offline.vision.pan import pan_distance

_SIDE = 160  # pixels, the longer one
_SMALLEST = 8  # pixels, below which nothing can be measured
_LARGEST = 2000  # pixels; a page sends 640
_KEPT = 16  # pictures, of which one or less comes a second
_LASTS = 3  # pictures in a row that smoke hangs in
_FLARES = (
    4  # changes in a row from one to the next: at one a second, stirred food looks like flames for a while
)
_PLAIN_FLAMES = 0.5  # the usual one of them
_THICK, _BLUISH = 0.09, 1.18  # of white; against white
_CLEAR, _CLEAR_PICTURES = (
    0.3,
    3,
)  # of the thinnest of the last ones: the view before, and how often it was seen
_SAME_VIEW = 0.8  # likeness of the surroundings


class Danger(StrEnum):
    FLAMES = "fire"  # as the tool names it
    SMOKE = "smoke"


class Eyes:
    """Of one call."""

    def __init__(self) -> None:
        self._pictures: deque[Floats] = deque(maxlen=_KEPT)
        self._flicker: deque[float] = deque(maxlen=_FLARES)

    def look(self, jpeg: bytes) -> Danger | None:
        """What the last pictures show together. A picture that does not decode shows nothing."""
        try:
            picture = _small(jpeg)
        except (Image.DecompressionBombError, OSError):  # UnidentifiedImageError is one
            return None
        if self._pictures and self._pictures[-1].shape != picture.shape:  # the phone was turned
            self._pictures.clear()
            self._flicker.clear()
        self._pictures.append(picture)
        if len(self._pictures) < 2:
            return None
        pair = np.stack((self._pictures[-2], picture))
        self._flicker.append(float(measure_flicker(pair, luma(pair))[1]))
        if self._are_flames():
            return Danger.FLAMES
        return Danger.SMOKE if self._is_smoke() else None

    def _are_flames(self) -> bool:
        """In each of them they leap somewhere else."""
        recent = self._flicker
        return len(recent) == _FLARES and min(recent) > 0 and float(np.median(recent)) >= _PLAIN_FLAMES

    def _is_smoke(self) -> bool:
        """Bluish haze that has come over a view that was clear, and is the same still."""
        if len(self._pictures) < _LASTS + _CLEAR_PICTURES:
            return False
        as_filmed = np.stack(self._pictures)
        white = np.maximum(np.percentile(as_filmed, 98, axis=(0, 1, 2)), 0.15).astype(np.float32)
        pictures = np.minimum(as_filmed / white, 1.2)
        distance = pan_distance(luma(pictures))
        haze, blueness = measure_haze(pictures, distance)
        thinnest = float(haze[-_LASTS:].min())
        if thinnest < _THICK or float(np.median(blueness[-_LASTS:])) < _BLUISH:
            return False
        clear = np.flatnonzero(haze[:-_LASTS] <= _CLEAR * thinnest)[-_CLEAR_PICTURES:]
        if len(clear) < _CLEAR_PICTURES:
            return False
        times = np.arange(len(pictures), dtype=np.float32)
        since = find_scenes(pictures, distance, times).likeness[clear[0] :]
        return bool(since.min() >= _SAME_VIEW)


def _small(jpeg: bytes) -> Floats:
    """RGB, 1 at full white. Raises UnidentifiedImageError, OSError."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
        if max(image.size) > _LARGEST:  # a few bytes may stand for gigabytes of pixels
            raise UnidentifiedImageError("no picture of our page's")
        image.draft("RGB", (_SIDE, _SIDE))
        image.thumbnail((_SIDE, _SIDE))
        if min(image.size) < _SMALLEST:
            raise UnidentifiedImageError("a sliver")
        return np.asarray(image.convert("RGB"), np.float32) / 255
