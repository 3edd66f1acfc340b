"""What a media file really is, read with PyAV. Blocking: call it in a thread."""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

SILENCE_PEAK = 0.005  # of full scale
BLACK_LUMA = 24  # of 255; video's own black is 16


class NotMediaError(Exception):
    """No decoder can read it."""


@dataclass(frozen=True)
class MediaFacts:
    seconds: float
    has_video: bool
    has_audio: bool


def media_facts(source: Path | bytes) -> MediaFacts:
    """Raises NotMediaError."""
    try:
        with av.open(_av_source(source), mode="r") as container:
            streams = container.streams
            length = container.duration
            seconds = length / av.time_base if length else _count_seconds(container)
            return MediaFacts(seconds, bool(streams.video), bool(streams.audio))
    except (av.FFmpegError, OSError) as error:
        raise NotMediaError(str(error)) from error


def is_silent(source: Path | bytes) -> bool:
    """Whether nothing is to be heard in it. Raises NotMediaError."""
    try:
        with av.open(_av_source(source), mode="r") as container:
            if not container.streams.audio:
                return True
            resampler = av.AudioResampler(format="flt", layout="mono")
            for frame in container.decode(audio=0):
                for plain in resampler.resample(frame):
                    if np.abs(plain.to_ndarray()).max(initial=0.0) > SILENCE_PEAK:
                        return False
            return True
    except (av.FFmpegError, OSError) as error:
        raise NotMediaError(str(error)) from error


def is_black(source: Path | bytes) -> bool:
    """Whether nothing is to be seen in it, by its keyframes. Raises NotMediaError."""
    try:
        with av.open(_av_source(source), mode="r") as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            pictures = (frame.to_ndarray(format="gray") for frame in container.decode(stream))
            return all(np.percentile(picture, 99) < BLACK_LUMA for picture in pictures)
    except (av.FFmpegError, OSError) as error:
        raise NotMediaError(str(error)) from error


def _av_source(source: Path | bytes) -> str | io.BytesIO:
    return io.BytesIO(source) if isinstance(source, bytes) else str(source)


def _count_seconds(container: av.container.InputContainer) -> float:
    """For formats whose head names no duration."""
    end = 0.0
    for frame in container.decode():
        end = max(end, float(frame.time or 0.0))
    return end
