"""Looks at a finished video before anyone else does: ffmpeg's exit code 0 is no proof.

The picture is not decoded again here; the sound is, because only ears notice its loudness.
"""

from pathlib import Path
from typing import Protocol

import av

from errors import MomentError
from pipeline.media.encoding import SAMPLE_RATE
from pipeline.media.ffmpeg import FfmpegFailure
from pipeline.media.loudness import TARGET_LUFS, Loudness, Unmeasurable, measure
from pipeline.media.narration import FPS

MAX_BYTES = 20_000_000
LUFS_TOLERANCE = 1.0
MAX_TRUE_PEAK = -1.0  # dBTP
SECONDS_TOLERANCE = 0.1


class Ordered(Protocol):
    """What the video was to be: pixels and seconds."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def seconds(self) -> float: ...


class BadRender(MomentError):
    """The finished video is not what was ordered; says in which ways."""

    retryable = True
    most_tries = 2  # the same clip mostly gives the same


def verify(path: Path, order: Ordered, *, least_lufs: float = TARGET_LUFS - LUFS_TOLERANCE) -> None:
    """Raises BadRender unless `path` is the video that was ordered, and one that every phone plays."""
    faults = [*_container_faults(path), *_stream_faults(path, order)]
    if faults:
        raise BadRender("; ".join(faults))
    try:
        loudness = measure(path)
    except (FfmpegFailure, Unmeasurable) as error:
        raise BadRender(f"the sound cannot be measured: {error}") from error
    if faults := _sound_faults(loudness, least_lufs):
        raise BadRender("; ".join(faults))


def _container_faults(path: Path) -> list[str]:
    size = path.stat().st_size
    faults = []
    if size >= MAX_BYTES:
        faults.append(f"{size} bytes, {MAX_BYTES} allowed")
    boxes = _boxes(path)
    if "moov" not in boxes or "mdat" not in boxes or boxes.index("moov") > boxes.index("mdat"):
        faults.append("the index does not stand before the media")
    return faults


def _boxes(path: Path) -> list[str]:
    """The names of the file's outermost boxes, in order (ISO/IEC 14496-12, 4.2)."""
    names = []
    end = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= end:
            file.seek(at)
            head = file.read(16)
            size = int.from_bytes(head[:4], "big")
            size = int.from_bytes(head[8:16], "big") if size == 1 else size or end - at
            names.append(head[4:8].decode("latin-1"))
            at += max(size, 8)
    return names


def _stream_faults(path: Path, order: Ordered) -> list[str]:
    try:
        with av.open(f"file:{path}") as container:
            if len(container.streams.video) != 1 or len(container.streams.audio) != 1:
                return ["not one picture and one sound track"]
            video, audio = container.streams.video[0], container.streams.audio[0]
            picture, sound = video.codec_context, audio.codec_context
            sound_seconds = float((audio.duration or 0) * (audio.time_base or 0))
            picture_seconds = float((video.duration or 0) * (video.time_base or 0))
            frames = round(order.seconds * FPS)
            checks = {
                "picture codec": (picture.name, picture.profile, picture.pix_fmt),
                "size": (picture.width, picture.height, video.sample_aspect_ratio or 1),
                "rate": (video.average_rate, abs(video.frames - frames) <= 1),
                "sound codec": (sound.name, sound.sample_rate, sound.channels),
                "duration": abs(picture_seconds - order.seconds) <= SECONDS_TOLERANCE,
                "picture and sound together": abs(picture_seconds - sound_seconds) <= SECONDS_TOLERANCE,
            }
    except av.error.FFmpegError as error:
        return [f"cannot be opened: {error.strerror}"]
    requirements: dict[str, object] = {
        "picture codec": ("h264", "High", "yuv420p"),
        "size": (order.width, order.height, 1),
        "rate": (FPS, True),
        "sound codec": ("aac", SAMPLE_RATE, 2),
    }
    return [f"{name}: {value}" for name, value in checks.items() if value != requirements.get(name, True)]


def _sound_faults(loudness: Loudness, least_lufs: float) -> list[str]:
    faults = []
    if not least_lufs <= loudness.lufs <= TARGET_LUFS + LUFS_TOLERANCE:
        faults.append(f"loudness: {loudness.lufs} LUFS")
    if not loudness.true_peak <= MAX_TRUE_PEAK:
        faults.append(f"true peak: {loudness.true_peak} dBTP")
    return faults
