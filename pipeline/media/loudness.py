"""How loud a sound is to ears (EBU R 128), and how to bring a voice to the level that phones expect."""

import re
from dataclasses import dataclass
from pathlib import Path

from errors import MomentError
from pipeline.media.ffmpeg import QUIET, binary, run, time_limit

TARGET_LUFS = -14.0

# Holds the peaks of the finished mix at -2.6 dBFS: AAC overshoots by a decibel or so.
LIMITER = {"limit": 0.74, "level": "disabled", "attack": 5, "release": 50, "latency": 1}

_LIMIT_DB = -2.6
_LIMITER_MARGIN_DB = 2.0  # the limiter may lower the peaks by that much: nobody hears it
_MAX_GAIN_DB = 30.0  # silence must not be turned into noise
_NUMBER = r"(-?(?:[\d.]+|inf)|-?nan)"
_SUMMARY = re.compile(rf"I:\s+{_NUMBER} LUFS.*Peak:\s+{_NUMBER} dBFS", re.DOTALL)


_MEAN = re.compile(r"mean_volume: (-?[\d.]+|-?inf) dB")
SILENT_DB = -91.0  # what volumedetect says of nothing but zeros (16 bits)


class Unmeasurable(MomentError):
    """ffmpeg ended well, but told no loudness."""

    retryable = True


@dataclass(frozen=True)
class Loudness:
    lufs: float  # of the whole ("integrated"); -inf or -70 for silence
    true_peak: float  # dBTP


def measure(sound: Path, *, through: str = "anull") -> Loudness:
    """Measures the first sound track of a file of ours (minutes at most), sent `through` a filter chain. Reads no
    picture.

    Raises FfmpegFailure, FfmpegTimeout, Unmeasurable.
    """
    command = [binary(), *QUIET, "-vn", "-i", f"file:{sound}", "-map", "0:a:0"]
    command += ["-af", f"{through},ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    summary = _SUMMARY.search(run(command, timeout_seconds=time_limit()))
    if summary is None:
        raise Unmeasurable(str(sound.name))
    return Loudness(float(summary[1]), float(summary[2]))


def mean_level(recording: Path, start: float = 0.0, end: float | None = None) -> float:
    """Decibels below full scale of a learner's recording, or of a part of it (seconds).

    Raises FfmpegFailure, FfmpegTimeout, Unmeasurable.
    """
    until = "" if end is None else f":end={end:.3f}"
    chain = f"atrim=start={start:.3f}{until},volumedetect"
    command = [binary(), *QUIET, "-protocol_whitelist", "file,pipe", "-vn", "-i", f"file:{recording}"]
    command += ["-map", "0:a:0", "-af", chain, "-f", "null", "-"]
    found = _MEAN.search(run(command, timeout_seconds=time_limit()))
    if found is None:
        raise Unmeasurable(str(recording.name))
    return max(float(found[1]), SILENT_DB)


def gain_to_target(voice: Path) -> float:
    """Decibels that bring `voice` to the target: one step for the whole track, so that nothing pumps.

    Where the limiter would take much of it away again, the loss is measured and added.
    """
    loudness = measure(voice)
    gain = _clamp(TARGET_LUFS - loudness.lufs)
    if loudness.true_peak + gain > _LIMIT_DB + _LIMITER_MARGIN_DB:
        limiter = ":".join(f"{name}={value}" for name, value in LIMITER.items())
        after_limiter = measure(voice, through=f"volume={gain:.2f}dB,alimiter={limiter}")
        gain = _clamp(gain + TARGET_LUFS - after_limiter.lufs)
    return gain


def _clamp(decibels: float) -> float:
    return max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, decibels))
