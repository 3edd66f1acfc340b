"""How long Open JTalk's voice takes to say something, and choosing sentences that fill a span of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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

    def distance(choice: _Choice) -> tuple[float, int]:
        return max(shortest - choice.seconds, choice.seconds - longest, 0.0), -choice.weight

    return list(min(_choices(lines), key=distance).texts)


class _Choice(NamedTuple):
    seconds: float = 0.0
    weight: int = 0
    texts: tuple[str, ...] = ()
    has_last: bool = True  # the line before


def _choices(lines: Sequence[Line]) -> Sequence[_Choice]:
    """All that make sense: those with an earlier line before those without it."""
    choices = [_Choice()]
    for line in lines:
        length = sum(map(seconds, sentences(line.text)))
        grown: list[_Choice] = []
        for choice in choices:
            if choice.has_last or not line.follows:
                texts = (*choice.texts, line.text)
                grown.append(_Choice(choice.seconds + length, choice.weight + line.weight, texts))
            if not line.keep:
                grown.append(choice._replace(has_last=False))
        choices = grown
    return choices
