"""What is taken from a video to judge it by: small pictures and the loudness of its sizzling."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.pictures import INTERVAL_SECONDS, LONGEST_SECONDS, read_pictures
from pipeline.providers.offline.vision.sound import Sound, read_sound
from pipeline.providers.ports import ProviderError


@dataclass(frozen=True)
class Samples:
    seconds: float  # of the video that was looked at
    t: Floats  # seconds of each picture
    pictures: NDArray[np.uint8]  # (count, height, width, RGB)
    stills: tuple[NDArray[np.uint8], ...]  # see `pictures`
    sound: Sound | None  # None for a video without a sound track, or a mute one


def read_samples(video: Path) -> Samples:
    """Raises ProviderError when no picture can be read. Sound that cannot be decoded counts as none."""
    try:
        pictures = read_pictures(video)
    except FFmpegError as error:
        raise ProviderError(f"the video could not be decoded ({type(error).__name__})") from error
    if not pictures.small:
        raise ProviderError("the video holds no picture")
    try:
        sound = read_sound(video)
    except FFmpegError:
        sound = None
    t = pictures.t
    seconds = max(t[-1] + INTERVAL_SECONDS, float(sound.t[-1]) if sound and len(sound.t) else 0.0)
    return Samples(
        seconds=min(seconds, LONGEST_SECONDS),
        t=np.array(t, np.float32),
        pictures=np.stack(pictures.small),
        stills=tuple(pictures.stills),
        sound=sound,
    )
