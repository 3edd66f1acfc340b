"""The sound of the pan: noise whose loudness tells its heat, over a quiet room."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.script import Script, Tool

RATE = 32_000  # samples a second
Samples = NDArray[np.floating[Any]]


def write_sizzle(script: Script, seconds: float, seed: int, out: Path) -> None:
    """Mono 16-bit WAV of `seconds`."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    t = np.arange(count, dtype=np.float32) / RATE
    corners = np.array(script.sizzle)
    level = np.interp(t, corners[:, 0], corners[:, 1]).astype(np.float32)
    track = _hiss(rng, count) * level**1.4 * _crackle(rng, count, seconds) * 0.11
    track += _room(rng, t) + _clanks(rng, script, count)
    pcm = (np.clip(track, -1, 1) * 32_767).astype("<i2")
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())


def _band_noise(rng: np.random.Generator, count: int, low: float, high: float) -> Samples:
    """Noise of loudness 1 between two frequencies (Hz), built in blocks so that it stays quick."""
    block = 1 << 15
    frequency = np.fft.rfftfreq(block, 1 / RATE)
    shape = 1 / (1 + (low / np.maximum(frequency, 1)) ** 4) / (1 + (frequency / high) ** 4)
    white = rng.standard_normal((count // block + 1, block)).astype(np.float32)
    noise = np.fft.irfft(np.fft.rfft(white) * shape, block).astype(np.float32).ravel()[:count]
    even: Samples = noise / np.std(noise)
    return even


def _hiss(rng: np.random.Generator, count: int) -> Samples:
    return _band_noise(rng, count, 1500, 9000)


def _crackle(rng: np.random.Generator, count: int, seconds: float) -> Samples:
    """Fat spits: loudness wanders fast and unevenly."""
    steps = max(int(seconds * 60), 2)
    wander = rng.gamma(8, 1 / 8, steps)
    return np.interp(np.arange(count), np.linspace(0, count, steps), wander).astype(np.float32)


def _room(rng: np.random.Generator, t: Samples) -> Samples:
    hum = 0.004 * np.sin(2 * np.pi * 50 * t) + 0.002 * np.sin(2 * np.pi * 100 * t)
    room: Samples = (
        hum + _band_noise(rng, len(t), 40, 900) * 0.003 + _band_noise(rng, len(t), 100, 9000) * 0.0006
    )
    return room


def _clanks(rng: np.random.Generator, script: Script, count: int) -> Samples:
    """The spatula on the pan, which is no sizzle and must not be taken for one."""
    track = np.zeros(count, np.float32)
    ring = np.arange(RATE // 12, dtype=np.float32) / RATE
    for hand in script.hands:
        pace = 0.55 if hand.tool is Tool.SPATULA else 2.0
        for start in np.arange(hand.start + 0.1, hand.end, pace):
            pitch, at = rng.uniform(900, 3200), int((start + rng.uniform(0, 0.2)) * RATE)
            clank = 0.06 * np.sin(2 * np.pi * pitch * ring) * np.exp(-ring * 60)
            room = max(0, min(len(clank), count - at))
            track[at : at + room] += clank[:room].astype(np.float32)
    return track
