"""Whether what recognisers invent is left out behind a transcriber, and what a learner says stays."""

import tempfile
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from models.coaching import Usage
from moment.eval.words.figures import Case, Outcome, WordFigure, read_cases, share
from pipeline.providers.hearing import CarefulTranscriber
from pipeline.providers.ports import Transcript

PART = "memos"
STRIPPED, KEPT = 0.95, 1.0
RATE, SECONDS, LOUD = 16_000, 3, 6000  # samples a second, of a recording, of 32767


class HeardCase(Case):
    text: str  # as the recogniser writes it
    left: str
    speaks: bool  # or nobody does


@dataclass(frozen=True)
class Recogniser:
    """Hears what it is told."""

    text: str

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        return Transcript(self.text, Usage())


def measure() -> list[WordFigure]:
    """Raises WrongCases."""
    cases = read_cases("stock_phrases", HeardCase)
    with tempfile.TemporaryDirectory() as folder:
        spoken = recording(Path(folder) / "spoken.wav", LOUD)
        silent = recording(Path(folder) / "silent.wav", 0)
        heard = [(case, left_of(case, spoken if case.speaks else silent)) for case in cases]
    outcomes = [(case, Outcome(f"{case.text} -> {text}", text == case.left)) for case, text in heard]
    return [
        share(
            PART, "stock phrases left out", (o for case, o in outcomes if case.left != case.text), STRIPPED
        ),
        share(PART, "what was said kept", (o for case, o in outcomes if case.left == case.text), KEPT),
    ]


def left_of(case: HeardCase, audio: Path) -> str:
    return CarefulTranscriber(Recogniser(case.text)).transcribe(audio, phrases=[]).text


def recording(path: Path, loudness: int) -> Path:
    """A hum, or nothing."""
    wave_length = [*repeat(loudness, 40), *repeat(-loudness, 40)]
    samples = array("h", chain.from_iterable(repeat(wave_length, SECONDS * RATE // 80)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path
