"""Reads a video into small pictures and a loudness track, at a cost that stays bounded for long videos."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.error import FFmpegError, InvalidDataError
from numpy.typing import NDArray

from pipeline.providers.ports import ProviderError

Floats = NDArray[np.floating[Any]]
Skip = Literal["DEFAULT", "NONREF", "NONKEY"]  # frames that libavcodec need not decode

LONGEST_SECONDS = 30 * 60.0  # what comes later is not looked at
_LONGEST_SIDE = 160  # pixels of a sampled picture
_MOST_PICTURES = 480
_CLOSEST = 0.25  # seconds between two pictures
_RATE = 16_000  # samples a second; sizzling lies between 2 and 8 kHz
_WINDOW = 512  # samples of one spectrum
HOP_SECONDS = 0.25  # one loudness value each
_SIZZLE_HZ = (2_000.0, 7_500.0)
_CHEAP_PIXELS = 1.0e9  # decoded wholly in about two seconds
_DEAREST_PIXELS = 12.0e9  # about twenty: worth it only where keyframes lie too far apart
_DENSE_KEYFRAMES = 2.0  # seconds


@dataclass(frozen=True)
class Sound:
    """Loudness of the sizzling band in dB below full scale, one value for every HOP_SECONDS."""

    t: Floats
    sizzle_db: Floats


@dataclass(frozen=True)
class Samples:
    seconds: float  # of the video that was looked at
    t: Floats  # seconds of each picture
    pictures: NDArray[np.uint8]  # (count, height, width, RGB)
    sound: Sound | None  # None for a video without a sound track, or a mute one


def read_samples(video: Path) -> Samples:
    """Raises ProviderError when no picture can be read. Sound that cannot be decoded counts as none."""
    try:
        t, pictures = _read_pictures(video)
    except FFmpegError as error:
        raise ProviderError(f"the video could not be decoded ({type(error).__name__})") from error
    if not pictures:
        raise ProviderError("the video holds no picture")
    try:
        sound = _read_sound(video)
    except FFmpegError:
        sound = None
    seconds = max(t[-1] + _CLOSEST, float(sound.t[-1]) if sound and len(sound.t) else 0.0)
    return Samples(min(seconds, LONGEST_SECONDS), np.array(t, np.float32), np.stack(pictures), sound)


def _read_pictures(video: Path) -> tuple[list[float], list[NDArray[np.uint8]]]:
    skip = _frames_to_skip(video)
    t: list[float] = []
    pictures: list[NDArray[np.uint8]] = []
    with av.open(str(video)) as container:
        if not container.streams.video:
            return t, pictures
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.skip_frame = skip
        length = min(_length(container, stream), LONGEST_SECONDS)
        apart = max(_CLOSEST, length / _MOST_PICTURES)
        size = _small(stream.codec_context.width, stream.codec_context.height)
        first, due = None, 0.0
        for frame in _decoded(container, stream):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            second = frame.time - first
            if second > LONGEST_SECONDS or len(t) > _MOST_PICTURES + 1:
                break
            if second + 0.02 >= due:
                small = frame.reformat(width=size[0], height=size[1], format="rgb24", interpolation="AREA")
                pictures.append(np.asarray(small.to_ndarray(), np.uint8))
                t.append(second)
                due = second + apart
    return t, pictures


def _decoded(container: "av.container.InputContainer", stream: "av.VideoStream") -> Iterator["av.VideoFrame"]:
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


def _small(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, _LONGEST_SIDE / max(width, height, 1))
    return max(round(width * share), 8), max(round(height * share), 8)


def _frames_to_skip(video: Path) -> Skip:
    """Phones write a keyframe every second or two; those alone do for a long video, at a tenth of the cost."""
    keys: list[float] = []
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
                keys.append(second)
    dense = len(keys) > 1 and (max(keys) - min(keys)) / (len(keys) - 1) <= _DENSE_KEYFRAMES
    pixels = frames * area
    if pixels <= _CHEAP_PIXELS:
        return "DEFAULT"
    return "NONKEY" if dense or pixels > _DEAREST_PIXELS else "NONREF"


def _read_sound(video: Path) -> Sound | None:
    levels: list[Floats] = []
    with av.open(str(video)) as container:
        if not container.streams.audio:
            return None
        start = 0.0
        rest = np.zeros(0, np.float32)
        for number, (second, chunk) in enumerate(_chunks(container)):
            if number == 0:
                start = second
            if second > LONGEST_SECONDS:
                break
            heard = np.concatenate((rest, chunk))
            whole = len(heard) - len(heard) % _HOP
            levels.append(_sizzle(heard[:whole]))
            rest = heard[whole:]
    if not levels or not any(len(level) for level in levels):
        return None
    db = np.concatenate(levels)
    if float(np.percentile(db, 95)) < _MUTE_DB:
        return None
    t = (start + (np.arange(len(db)) + 0.5) * HOP_SECONDS).astype(np.float32)
    return Sound(t, db)


_HOP = int(_RATE * HOP_SECONDS)
_CHUNK = 40 * _HOP
_MUTE_DB = -100.0


def _chunks(container: "av.container.InputContainer") -> Iterator[tuple[float, Floats]]:
    """(second, samples): about ten seconds at once, mono."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
    held: list[Floats] = []
    count, second = 0, 0.0
    for packet in container.demux(container.streams.audio[0]):
        try:
            frames = packet.decode()
        except InvalidDataError:
            continue
        for frame in frames:
            if not held:
                second = frame.time or 0.0
            for mono in resampler.resample(frame):
                samples = mono.to_ndarray().ravel().astype(np.float32)
                held.append(samples)
                count += len(samples)
            if count >= _CHUNK:
                yield second, np.concatenate(held)
                held, count = [], 0
    if held:
        yield second, np.concatenate(held)


def _sizzle(samples: Floats) -> Floats:
    """The quieter spectra of each hop: a clank or a word is short, sizzling goes on between them."""
    hops = len(samples) // _HOP
    if not hops:
        return np.zeros(0, np.float32)
    per_hop = _HOP // _WINDOW
    windows = samples.reshape(hops, _HOP)[:, : per_hop * _WINDOW].reshape(hops, per_hop, _WINDOW)
    spectra = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW).astype(np.float32))) / (_WINDOW / 2)
    frequency = np.fft.rfftfreq(_WINDOW, 1 / _RATE)
    band = (frequency >= _SIZZLE_HZ[0]) & (frequency <= _SIZZLE_HZ[1])
    power = np.percentile((spectra[..., band] ** 2).sum(-1), 35, axis=1)
    level: Floats = 10 * np.log10(power + 1e-12)
    return level
