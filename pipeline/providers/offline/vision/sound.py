"""How loud it sizzles, over the length of a video."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.error import InvalidDataError

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.pictures import LONGEST_SECONDS

HOP_SECONDS = 0.25  # one loudness value each
_RATE = 16_000  # samples a second; sizzling lies between 2 and 8 kHz
HOP = int(_RATE * HOP_SECONDS)
_CHUNK = 40 * HOP
_WINDOW = 512  # samples of one spectrum
_SIZZLE_HZ = (2_000.0, 7_500.0)
_MUTE_DB = -100.0


@dataclass(frozen=True)
class Sound:
    """Loudness of the sizzling band in dB below full scale, one value for every HOP_SECONDS."""

    t: Floats
    sizzle_db: Floats


def read_sound(video: Path) -> Sound | None:
    """None without a sound track, or for a mute one. Raises FFmpegError."""
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
            samples = np.concatenate((rest, chunk))
            whole = len(samples) - len(samples) % HOP
            levels.append(sizzle_levels(samples[:whole]))
            rest = samples[whole:]
    if not levels or not any(len(level) for level in levels):
        return None
    db = np.concatenate(levels)
    if float(np.percentile(db, 95)) < _MUTE_DB:
        return None
    t = (start + (np.arange(len(db)) + 0.5) * HOP_SECONDS).astype(np.float32)
    return Sound(t, db)


def _chunks(container: "av.container.InputContainer") -> Iterator[tuple[float, Floats]]:
    """(second, samples): about ten seconds each, mono."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
    pieces: list[Floats] = []
    count, second = 0, 0.0
    for packet in container.demux(container.streams.audio[0]):
        try:
            frames = packet.decode()
        except InvalidDataError:
            continue
        for frame in frames:
            if not pieces:
                second = frame.time or 0.0
            for mono in resampler.resample(frame):
                samples = mono.to_ndarray().ravel().astype(np.float32)
                pieces.append(samples)
                count += len(samples)
            if count >= _CHUNK:
                yield second, np.concatenate(pieces)
                pieces, count = [], 0
    if pieces:
        yield second, np.concatenate(pieces)


def sizzle_levels(samples: Floats) -> Floats:
    """Of each whole hop, in dB below full scale: its quieter spectra, as a clank or a word is short, sizzling goes on between them."""
    hops = len(samples) // HOP
    if not hops:
        return np.zeros(0, np.float32)
    per_hop = HOP // _WINDOW
    windows = samples.reshape(hops, HOP)[:, : per_hop * _WINDOW].reshape(hops, per_hop, _WINDOW)
    spectra = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW).astype(np.float32))) / (_WINDOW / 2)
    frequency = np.fft.rfftfreq(_WINDOW, 1 / _RATE)
    band = (frequency >= _SIZZLE_HZ[0]) & (frequency <= _SIZZLE_HZ[1])
    power = np.percentile((spectra[..., band] ** 2).sum(-1), 35, axis=1)
    level: Floats = 10 * np.log10(power + 1e-12)
    return level
