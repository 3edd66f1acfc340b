"""Open JTalk's voice "Mei": speech without an account."""

import contextlib
import re
import sys
import threading
import wave
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from models.coaching import Usage
from pipeline.providers.offline.pacing import PACE
from pipeline.providers.offline.packages import require
from pipeline.providers.ports import SpokenSentence
from pipeline.providers.readings import with_readings

SAMPLING_RATE = 48_000  # Hz, what the voice is recorded at
HEADROOM = 0.9  # of full scale: the raw samples go beyond 16 bit, and AAC overshoots a little
UNSPEAKABLE_SECONDS = 0.3


class OpenJTalkNarrator:
    """The captions keep the text; only the engine gets the kitchen words in kana."""

    model = "mei_normal"
    pace = PACE

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        """One WAV a sentence (mono, 16 bit, 48 kHz), loudness relations kept. Raises OfflinePackageMissing."""
        import numpy as np

        with self._lock:
            voices = [self._synthesize(text) for text in sentences]
        peak = max((float(np.abs(samples).max()) for samples in voices), default=0.0) or 1.0
        into.mkdir(parents=True, exist_ok=True)
        speech = []
        for number, (text, samples) in enumerate(zip(sentences, voices, strict=True)):
            wav = into / f"sentence-{number:02}.wav"
            write_wav(wav, pcm(samples / peak).tobytes())
            speech.append(SpokenSentence(text=text, wav=wav, seconds=len(samples) / SAMPLING_RATE))
        usage = Usage(
            provider="openjtalk",
            model=self.model,
            characters=sum(map(len, sentences)),
            audio_seconds=sum(each.seconds for each in speech),
        )
        return speech, usage

    def samples(self, sentence: str) -> Any:
        """16 bit, mono, at SAMPLING_RATE, as loud as may be. Raises OfflinePackageMissing."""
        import numpy as np

        with self._lock:
            voice = self._synthesize(sentence)
        peak = float(np.abs(voice).max()) or 1.0
        return pcm(voice / peak)

    def forget(self, sentences: Sequence[str]) -> None:
        """Nothing is kept."""

    def kept(self, sentences: Sequence[str]) -> Sequence[str]:
        return []

    @cached_property
    def _engine(self) -> Any:
        # It may greet on stdout while loading, and stdout may be somebody's protocol.
        with contextlib.redirect_stdout(sys.stderr):
            return require("pyopenjtalk", "pyopenjtalk-plus")

    def _synthesize(self, text: str) -> Any:
        import numpy as np

        words = with_readings(text)
        samples, _ = self._engine.tts(words) if re.search(r"\w", words) else ((), SAMPLING_RATE)
        if not len(samples):
            return np.zeros(int(UNSPEAKABLE_SECONDS * SAMPLING_RATE))
        return samples


def pcm(samples: Any) -> Any:
    """Of samples between -1 and 1: 16 bit, little-endian, below full scale."""
    return (samples * HEADROOM * 32767).astype("<i2")


def write_wav(path: Path, samples: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLING_RATE)
        file.writeframes(samples)
