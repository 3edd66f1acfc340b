"""The outro's music and the bed under a film, made here from sines and noise: a few warm chords over soft applause, nobody's copyright.

The same samples every time, so that renders can be compared.
"""

import math
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
SECONDS = 5.5

Samples = NDArray[np.float64]

# (start in seconds, frequencies in Hz): F, B flat, C, and home to F with its ninth.
_CHORDS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.0, (174.61, 261.63, 349.23, 440.00)),
    (0.75, (116.54, 293.66, 349.23, 466.16)),
    (1.5, (130.81, 261.63, 392.00, 523.25)),
    (2.25, (87.31, 174.61, 349.23, 440.00, 523.25, 783.99)),
)
_MELODY: tuple[tuple[float, float], ...] = (
    (0.0, 698.46),
    (0.375, 880.00),
    (0.75, 932.33),
    (1.125, 880.00),
    (1.5, 783.99),
    (1.875, 1046.50),
    (2.25, 1396.91),
)
_ROLL_SECONDS = 0.035  # between a chord's notes, as a hand rolls them
_BED_CHORD_SECONDS = 2.0
_BED_TAIL_SECONDS = 1.5
_BED_RMS = 0.1
_LEVEL_RMS = 0.11  # about -16 LUFS: a little under the narration's -14


def write_music(wav: Path) -> float:
    """Writes the music (48 kHz, stereo, 16 bit) and returns its length in seconds."""
    with wave.open(str(wav), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_pcm())
    return SECONDS


def write_bed(wav: Path, seconds: float) -> None:
    """Writes soft broken chords of this length: the same four, over and over, and the last one rings out."""
    track = np.zeros(round(RATE * seconds))
    chords = [chord for _, chord in _CHORDS]
    count = max(1, math.floor((seconds - _BED_TAIL_SECONDS) / _BED_CHORD_SECONDS))
    for number in range(count):
        chord = chords[(number - count) % len(chords)]  # so that the last is the chord that is home
        start = number * _BED_CHORD_SECONDS
        for order, pitch in enumerate((*chord[:4], chord[2])):
            _strike(track, start + order * _BED_CHORD_SECONDS / 5, pitch, loudness=0.5, decay=1.3)
    stereo = _in_a_room(track, np.random.default_rng(2026))
    stereo *= _BED_RMS / np.sqrt(np.mean(stereo**2))
    with wave.open(str(wav), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.tanh(stereo) * 32767).astype("<i2").tobytes())


@lru_cache(maxsize=1)
def _pcm() -> bytes:
    random = np.random.default_rng(2026)
    stereo = _in_a_room(_notes(), random) + 0.5 * _applause(random)
    stereo *= _envelope()
    stereo *= _LEVEL_RMS / np.sqrt(np.mean(stereo**2))
    return (np.tanh(stereo) * 32767).astype("<i2").tobytes()


def _notes() -> Samples:
    track = np.zeros(int(RATE * SECONDS))
    for start, chord in _CHORDS:
        for order, pitch in enumerate(chord):
            _strike(track, start + order * _ROLL_SECONDS, pitch, loudness=0.5, decay=1.1)
    for start, pitch in _MELODY:
        _strike(track, start, pitch, loudness=0.55, decay=0.7)
    return track


def _strike(track: Samples, start: float, pitch: float, *, loudness: float, decay: float) -> None:
    """A struck bar: a fundamental and two quick overtones, softer the higher it is."""
    begin = int(start * RATE)
    for multiple, share, lasting in ((1.0, 1.0, 1.0), (2.0, 0.35, 0.4), (3.9, 0.12, 0.12)):
        tau = decay * lasting
        t = np.arange(min(len(track) - begin, int(5 * tau * RATE))) / RATE
        tone = np.sin(2 * np.pi * multiple * pitch * t) * np.exp(-t / tau) * np.minimum(1, t / 0.006)
        track[begin : begin + len(t)] += share * loudness * (440 / (440 + pitch)) * tone


def _applause(random: np.random.Generator) -> Samples:
    """Many single claps, swelling and fading: plain noise would sound like rain."""
    length = int(RATE * SECONDS)
    tracks = np.zeros((length, 2))
    t = np.arange(int(0.03 * RATE)) / RATE
    moments = np.clip(random.normal(3.1, 0.95, 420), 1.0, SECONDS - 0.05)
    for moment in moments:
        ring = np.sin(2 * np.pi * random.uniform(700, 1500) * t + random.uniform(0, 6))
        clap = (random.normal(size=len(t)) * 0.6 + ring) * np.exp(-t / random.uniform(0.003, 0.008))
        begin = int(moment * RATE)
        side = random.uniform(0.2, 0.8)
        tracks[begin : begin + len(t)] += 0.16 * random.uniform(0.3, 1) * np.outer(clap, (side, 1 - side))
    return tracks


def _in_a_room(dry: Samples, random: np.random.Generator) -> Samples:
    """The dry sound and a short reverberation of its own for each ear."""
    size = 1 << (len(dry) + RATE - 1).bit_length()
    t = np.arange(int(0.9 * RATE)) / RATE
    spectrum = np.fft.rfft(dry, size)
    ears = []
    for _ in range(2):
        tail = np.convolve(random.normal(size=len(t)) * np.exp(-t / 0.22), np.ones(12) / 12, "same")
        wet = np.fft.irfft(spectrum * np.fft.rfft(tail, size), size)[: len(dry)]
        ears.append(dry + 0.25 * wet * np.std(dry) / np.std(wet))
    return np.stack(ears, axis=1)


def _envelope() -> Samples:
    t = np.arange(int(RATE * SECONDS)) / RATE
    rise = np.minimum(1, t / 0.05)
    fall = np.clip((SECONDS - t) / 1.6, 0, 1)
    return (rise * fall)[:, None]
