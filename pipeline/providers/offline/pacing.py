"""How long Open JTalk's voice takes to say something, and choosing sentences that fill a span of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from pipeline.providers.offline.morphology import words
from pipeline.providers.ports import Pace
from pipeline.providers.sentences import sentences
from pipeline.speech_length import SMALL_KANA

# Least squares over sentences spoken by pyopenjtalk-plus 0.4.1 (voice "Mei", speed 1): within 0.2 s of each.
PACE = Pace(mora=0.126, comma=0.477, sentence=0.539)


@dataclass(frozen=True)
class Line:
    """One sentence or two that may be spoken. `keep` ones always are; of the others the weightier first."""

    text: str
    weight: int = 0
    keep: bool = False
    follows: bool = False  # makes sense only when the line before it is spoken


def seconds(sentence: str) -> float:
    """The length of one synthesized sentence, pauses included."""
    kana = "".join(word.reading for word in words(sentence) if not word.is_mark)
    morae = sum(sign not in SMALL_KANA for sign in kana)
    return PACE.sentence + PACE.mora * morae + PACE.comma * sentence.count("、")


def choose_lines(lines: Sequence[Line], shortest: float, longest: float) -> list[str]:
    """The weightiest choice of lines that lasts between the two (seconds), or comes nearest to it."""
    lengths = [sum(map(seconds, sentences(line.text))) for line in lines]
    best: tuple[float, int, tuple[bool, ...]] | None = None
    for choice in product(*((True,) if line.keep else (True, False) for line in lines)):
        if any(line.follows and choice[index] and not choice[index - 1] for index, line in enumerate(lines)):
            continue
        total = sum(length for length, is_in in zip(lengths, choice, strict=True) if is_in)
        outside = max(shortest - total, total - longest, 0.0)
        weight = sum(line.weight for line, is_in in zip(lines, choice, strict=True) if is_in)
        if best is None or (outside, -weight) < best[:2]:
            best = (outside, -weight, choice)
    return [line.text for line, is_in in zip(lines, best[2] if best else (), strict=True) if is_in]
