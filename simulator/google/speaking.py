"""Saying something aloud: Open JTalk's voice where it is installed, else a tone as long as the words."""

import contextlib
import io
import os
import re
import sys
import threading
import wave
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENGINE_RATE = 48_000  # Hz
TONE_HZ = 220
CHARACTERS_A_SECOND = 7
SHORTEST_SECONDS = 0.2
HEADROOM = 0.8  # of full scale
_LOCK = threading.Lock()  # Open JTalk keeps global state

Samples = NDArray[np.float64]


def speak(text: str, rate: float, sample_rate: int, *, engine: bool) -> bytes:
    """A WAV (mono, 16 bit). Blocking: call it in a thread."""
    samples = _voice(text, rate) if engine else None
    if samples is None:
        return _wav(_tone(text, rate, sample_rate), sample_rate)
    return _wav(_resample(samples, sample_rate), sample_rate)


def _voice(text: str, rate: float) -> Samples | None:
    """None without the engine, or without a word it can say."""
    engine = _engine()
    if engine is None or not re.search(r"\w", text):
        return None
    with _LOCK:
        samples, _ = engine.tts(text, speed=rate)
    loudest = float(np.abs(samples).max(initial=0.0))
    return np.asarray(samples, dtype=np.float64) / loudest * HEADROOM if loudest else None


@lru_cache(maxsize=1)
def _engine() -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime in it reports its use to its maker
    with contextlib.redirect_stdout(sys.stderr):  # it greets while loading
        try:
            import pyopenjtalk
        except ImportError:
            return None
    return pyopenjtalk


def _tone(text: str, rate: float, sample_rate: int) -> Samples:
    seconds = max(SHORTEST_SECONDS, len(text) / CHARACTERS_A_SECOND / rate)
    at = np.arange(round(seconds * sample_rate)) / sample_rate
    return np.asarray(np.sin(2 * np.pi * TONE_HZ * at) * HEADROOM / 2, dtype=np.float64)


def _resample(samples: Samples, sample_rate: int) -> Samples:
    """The mean of neighbours stands in for a low-pass, which is enough for half the rate."""
    if sample_rate < ENGINE_RATE:
        width = ENGINE_RATE // sample_rate
        samples = np.convolve(samples, np.full(width, 1 / width), mode="same")
    count = round(len(samples) * sample_rate / ENGINE_RATE)
    at = np.arange(count) * ENGINE_RATE / sample_rate
    return np.interp(at, np.arange(len(samples)), samples)


def _wav(samples: Samples, sample_rate: int) -> bytes:
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return into.getvalue()
