"""The offline voice, at the rate at which a page plays."""

from collections.abc import Iterator

import av
import numpy as np

from companion.ports import SPOKEN_RATE
from pipeline.providers.offline.narrator import SAMPLING_RATE, OpenJTalkNarrator

_PIECE = SPOKEN_RATE // 2 * 2  # bytes: half a second
_PAUSE = bytes(SPOKEN_RATE // 5 * 2)  # after a sentence: the engine leaves too little


def speech_of(narrator: OpenJTalkNarrator, sentence: str) -> bytes:
    """PCM at SPOKEN_RATE, with a breath after it."""
    voice = av.AudioFrame.from_ndarray(narrator.samples(sentence)[None], format="s16", layout="mono")
    voice.sample_rate = SAMPLING_RATE
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SPOKEN_RATE)
    frames = [*resampler.resample(voice), *resampler.resample(None)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames]).astype("<i2").tobytes() + _PAUSE


def pieces_of(pcm: bytes) -> Iterator[bytes]:
    for start in range(0, len(pcm), _PIECE):
        yield pcm[start : start + _PIECE]


def seconds_of(pcm: bytes) -> float:
    return len(pcm) / 2 / SPOKEN_RATE
