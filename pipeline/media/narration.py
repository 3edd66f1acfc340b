"""Joins the sentences' speech into one track, and tells when each sentence sounds and each part ends."""

import math
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import MomentError
from pipeline.providers.ports import SpokenSentence

FPS = 30  # parts last whole frames, so that picture and sound end together

LEAD_SECONDS = 0.3  # a breath before each part
GAP_SECONDS = 0.35  # after each sentence; speech engines leave too little themselves


class SpeechMismatch(MomentError):
    """The sentences are not all mono 16-bit WAVs of one sample rate."""

    retryable = True


@dataclass(frozen=True)
class NarrationSentence:
    """When a sentence sounds."""

    text: str
    start: float  # seconds from the start of the video
    seconds: float


@dataclass(frozen=True)
class NarrationTrack:
    wav: Path
    sentences: tuple[NarrationSentence, ...]
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

    Raises SpeechMismatch.
    """
    rate = _common_rate([*part1, *part2])
    sentences: list[NarrationSentence] = []
    frames: list[int] = []
    with wave.open(str(wav), "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(2)
        track.setframerate(rate)
        for part in (part1, part2):
            part_start = sum(frames) / FPS
            samples = _silence(track, LEAD_SECONDS * rate)
            for sentence in part:
                start = part_start + samples / rate
                speech = _speech(sentence.wav)
                track.writeframesraw(speech)
                samples += len(speech) // 2
                sentences.append(NarrationSentence(sentence.text, start, len(speech) / 2 / rate))
                samples += _silence(track, GAP_SECONDS * rate)
            frames.append(math.ceil(samples / rate * FPS))
            _silence(track, frames[-1] * rate / FPS - samples)
    return NarrationTrack(wav, tuple(sentences), *frames)


def join_sentences(sentences: Sequence[SpokenSentence], wav: Path) -> float:
    """Writes them one after the other to `wav`. Returns its seconds. Raises SpeechMismatch."""
    rate = _common_rate(sentences)
    with wave.open(str(wav), "wb") as track:
        track.setnchannels(1)
        track.setsampwidth(2)
        track.setframerate(rate)
        for sentence in sentences:
            track.writeframesraw(_speech(sentence.wav))
            _silence(track, GAP_SECONDS * rate)
        return track.getnframes() / rate


def _common_rate(sentences: Sequence[SpokenSentence]) -> int:
    shapes = set()
    for sentence in sentences:
        with wave.open(str(sentence.wav), "rb") as speech:
            shapes.add((speech.getnchannels(), speech.getsampwidth(), speech.getframerate()))
    if len(shapes) != 1 or next(iter(shapes))[:2] != (1, 2):
        raise SpeechMismatch(f"channels, bytes and rate found: {sorted(shapes)}")
    return int(shapes.pop()[2])


def _speech(path: Path) -> bytes:
    with wave.open(str(path), "rb") as speech:
        return speech.readframes(speech.getnframes())


def _silence(track: wave.Wave_write, samples: float) -> int:
    count = round(samples)
    track.writeframesraw(bytes(2 * count))
    return count
