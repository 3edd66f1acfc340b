"""How loud a sound is to ears (EBU R 128), and how to bring a voice to the level that phones expect."""

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.media.ffmpeg import QUIET, binary, run

TARGET_LUFS = -14.0

# Holds the peaks of the finished mix at -2.6 dBFS: AAC overshoots by a decibel or so.
LIMITER = {"limit": 0.74, "level": "disabled", "attack": 5, "release": 50, "latency": 1}

_LIMIT_DB = -2.6
_CREST_EATEN_DB = 2.0  # the limiter takes so much off the peaks unheard
_MAX_GAIN_DB = 30.0  # silence must not be turned into noise
_TIMEOUT_SECONDS = 60.0
_NUMBER = r"(-?(?:[\d.]+|inf)|-?nan)"
_SUMMARY = re.compile(rf"I:\s+{_NUMBER} LUFS.*Peak:\s+{_NUMBER} dBFS", re.DOTALL)


class Unmeasurable(Exception):
    """ffmpeg ended well, but told no loudness."""


@dataclass(frozen=True)
class Loudness:
    integrated: float  # LUFS; -inf or -70 for silence
    true_peak: float  # dBTP


def measure(sound: Path, *, through: str = "anull") -> Loudness:
    """Measures a file's first sound track, sent `through` a filter chain. Reads no picture.

    Raises FfmpegFailed, FfmpegTimeout, Unmeasurable.
    """
    command = [binary(), *QUIET, "-vn", "-i", f"file:{sound}", "-map", "0:a:0"]
    command += ["-af", f"{through},ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    found = _SUMMARY.search(run(command, timeout_seconds=_TIMEOUT_SECONDS))
    if found is None:
        raise Unmeasurable(str(sound.name))
    return Loudness(float(found[1]), float(found[2]))


def gain_to_target(voice: Path) -> float:
    """Decibels that bring `voice` to the target: one step for the whole track, so that nothing pumps.

    Where the limiter would take much of it away again, its loss is measured and made up for.
    """
    raw = measure(voice)
    gain = _bounded(TARGET_LUFS - raw.integrated)
    if raw.true_peak + gain > _LIMIT_DB + _CREST_EATEN_DB:
        limiter = ":".join(f"{name}={value}" for name, value in LIMITER.items())
        limited = measure(voice, through=f"volume={gain:.2f}dB,alimiter={limiter}")
        gain = _bounded(gain + TARGET_LUFS - limited.integrated)
    return gain


def _bounded(decibels: float) -> float:
    return max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, decibels))
