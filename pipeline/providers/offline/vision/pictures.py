"""Small pictures of a video, at a cost that stays bounded for long ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.error import InvalidDataError
from numpy.typing import NDArray

from pipeline.providers.offline.vision.network import SIDE

Skip = Literal["DEFAULT", "NONREF", "NONKEY"]  # frames that libavcodec need not decode

LONGEST_SECONDS = 2 * 60 * 60.0 + 5.0  # what comes later is not looked at
INTERVAL_SECONDS = 0.25  # between two pictures; longer in a long video
_LONGEST_SIDE = 160  # pixels of a picture
_MAX_PICTURES = 480
_STILLS = 8
_ALL_FRAMES_PIXELS = 1.0e9  # decoded in about two seconds
_REFERENCE_FRAMES_PIXELS = 12.0e9  # about twenty: worth it only where keyframes lie too far apart
_DENSE_KEYFRAMES_SECONDS = 2.0


@dataclass
class Pictures:
    """Read in one pass: many small ones to measure, a few larger ones to recognise things in. RGB."""

    t: list[float] = field(default_factory=list)  # seconds of the small ones
    small: list[NDArray[np.uint8]] = field(default_factory=list)
    stills: list[NDArray[np.uint8]] = field(default_factory=list)  # SIDE by SIDE, of their middle


def read_pictures(video: Path) -> Pictures:
    """Raises FFmpegError."""
    skip = _frames_to_skip(video)
    pictures = Pictures()
    t = pictures.t
    with av.open(str(video)) as container:
        if not container.streams.video:
            return pictures
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.skip_frame = skip
        length = min(_length(container, stream), LONGEST_SECONDS)
        interval = max(INTERVAL_SECONDS, length / _MAX_PICTURES)
        width, height = _size(stream.codec_context.width, stream.codec_context.height)
        first, due = None, 0.0
        for frame in _decode(container, stream):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            second = frame.time - first
            if second > LONGEST_SECONDS or len(t) > _MAX_PICTURES + 1:
                break
            if second + 0.02 >= due:
                pictures.small.append(_rgb(frame, width, height))
                t.append(second)
                due = second + interval
                if len(pictures.stills) < _STILLS and second >= len(pictures.stills) * length / _STILLS:
                    pictures.stills.append(_still(frame))
    return pictures


def _rgb(frame: "av.VideoFrame", width: int, height: int) -> NDArray[np.uint8]:
    picture = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    return np.asarray(picture.to_ndarray(), np.uint8)


def _still(frame: "av.VideoFrame") -> NDArray[np.uint8]:
    """The middle of the picture, as large as its short side allows."""
    share = SIDE / min(frame.width, frame.height)
    whole = _rgb(frame, max(round(frame.width * share), SIDE), max(round(frame.height * share), SIDE))
    top, left = (whole.shape[0] - SIDE) // 2, (whole.shape[1] - SIDE) // 2
    return whole[top : top + SIDE, left : left + SIDE]


def _decode(container: "av.container.InputContainer", stream: "av.VideoStream") -> Iterator["av.VideoFrame"]:
    """Frames in order; a damaged packet costs its own frames only."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except InvalidDataError:
            continue


def _length(container: "av.container.InputContainer", stream: "av.VideoStream") -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else LONGEST_SECONDS


def _size(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, _LONGEST_SIDE / max(width, height, 1))
    return max(round(width * share), 8), max(round(height * share), 8)


def _frames_to_skip(video: Path) -> Skip:
    """Phones write a keyframe every second or two; those alone do for a long video, at a tenth of the cost."""
    keyframes: list[float] = []
    frames = 0
    with av.open(str(video)) as container:
        if not container.streams.video:
            return "DEFAULT"
        stream = container.streams.video[0]
        area = stream.codec_context.width * stream.codec_context.height
        for packet in container.demux(stream):
            if packet.pts is None or packet.time_base is None:
                continue
            second = float(packet.pts * packet.time_base)
            if second > LONGEST_SECONDS:
                break
            frames += 1
            if packet.is_keyframe:
                keyframes.append(second)
    pixels = frames * area
    if pixels <= _ALL_FRAMES_PIXELS:
        return "DEFAULT"
    return "NONKEY" if _are_dense(keyframes) or pixels > _REFERENCE_FRAMES_PIXELS else "NONREF"


def _are_dense(keyframes: list[float]) -> bool:
    if len(keyframes) < 2:
        return False
    return (max(keyframes) - min(keyframes)) / (len(keyframes) - 1) <= _DENSE_KEYFRAMES_SECONDS
