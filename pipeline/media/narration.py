"""Joins the spoken sentences into one track, and tells when each is heard and each part ends."""

import math
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.providers.ports import SpokenSentence

FPS = 30  # parts last whole frames, so that picture and sound end together

LEAD_SECONDS = 0.3  # a breath before each part
GAP_SECONDS = 0.35  # after each sentence; speech engines leave too little themselves


class MismatchedSpeech(Exception):
    """The sentences are not all mono 16-bit WAVs of one sample rate."""


@dataclass(frozen=True)
class HeardSentence:
    text: str
    start: float  # seconds from the start of the video
    seconds: float


@dataclass(frozen=True)
class NarrationTrack:
    wav: Path
    sentences: tuple[HeardSentence, ...]
    part1_frames: int
    part2_frames: int

    @property
    def part1_seconds(self) -> float:
        return self.part1_frames / FPS

    @property
    def part2_seconds(self) -> float:
        return self.part2_frames / FPS


def join(part1: Sequence[SpokenSentence], part2: Sequence[SpokenSentence], wav: Path) -> NarrationTrack:
    """Writes both parts one after the other to `wav`; times are counted from its samples.

    Raises MismatchedSpeech.
    """
    rate = _common_rate([*part1, *part2])
    sentences: list[HeardSentence] = []
    frames: list[int] = []
    with wave.open(str(wav), "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(2)
        track.setframerate(rate)
        for part in (part1, part2):
            begun = sum(frames) / FPS
            written = _silence(track, LEAD_SECONDS * rate)
            for sentence in part:
                start = begun + written / rate
                speech = _speech(sentence.wav)
                track.writeframesraw(speech)
                written += len(speech) // 2
                sentences.append(HeardSentence(sentence.text, start, len(speech) / 2 / rate))
                written += _silence(track, GAP_SECONDS * rate)
            frames.append(math.ceil(written / rate * FPS))
            _silence(track, frames[-1] * rate / FPS - written)
    return NarrationTrack(wav, tuple(sentences), *frames)


def _common_rate(sentences: Sequence[SpokenSentence]) -> int:
    shapes = set()
    for sentence in sentences:
        with wave.open(str(sentence.wav), "rb") as speech:
            shapes.add((speech.getnchannels(), speech.getsampwidth(), speech.getframerate()))
    if len(shapes) != 1 or next(iter(shapes))[:2] != (1, 2):
        raise MismatchedSpeech(f"channels, bytes and rate found: {sorted(shapes)}")
    return int(shapes.pop()[2])


def _speech(path: Path) -> bytes:
    with wave.open(str(path), "rb") as speech:
        return speech.readframes(speech.getnframes())


def _silence(track: wave.Wave_write, samples: float) -> int:
    count = round(samples)
    track.writeframesraw(bytes(2 * count))
    return count
