"""Which of the everyday kitchen questions is asked, by words that all must be there: in their spelling or their reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from knowledge_base.basics import Basic, basics
from knowledge_base.intents.recognition import fold
from pipeline.providers.offline.morphology import words

SHORTEST_MISSPELT = 5  # signs
_WAY = re.compile("し(かた|方)|仕方")
_KANJI = re.compile("[一-龠]")
SHORTEST_READING = 4  # kana: a shorter one is within many words, unless it is of two signs


@dataclass(frozen=True)
class Sound:
    """A text as it is written and as it is read, both in hiragana where they can be."""

    spelling: str
    reading: str
    is_lenient: bool = False  # a long word may have one wrong sign

    def has(self, word: str) -> bool:
        spelling = fold(word)
        if spelling in self.spelling:
            return True
        if self.is_lenient and len(spelling) >= SHORTEST_MISSPELT and _nearly_in(spelling, self.spelling):
            return True
        signs = len(_KANJI.findall(word))
        reading = _reading_of(word) if signs else ""
        return (signs > 1 or len(reading) >= SHORTEST_READING) and reading in self.reading


@dataclass(frozen=True)
class Wording:
    parts: tuple[tuple[str, ...], ...]
    exceptions: tuple[str, ...]

    def score(self, question: Sound, subject: Sound | None) -> int:
        """0 where a part is missing; else how much of the question is spoken of. One part may be of the subject."""
        if any(question.has(word) for word in self.exceptions):
            return 0
        longest = [max((len(word) for word in part if question.has(word)), default=0) for part in self.parts]
        if longest.count(0) == 1 and len(longest) > 1 and subject is not None:
            missing = longest.index(0)
            longest[missing] = int(any(subject.has(word) for word in self.parts[missing]))
        return sum(longest) + len(longest) if all(longest) else 0


def everyday(question: str, *, subject: str = "", is_fallback: bool = False) -> Basic | None:
    """The one that speaks of most of the question, the first of equals. What is asked without the dish's name is meant
    of the dish, the `subject`.
    """
    asked = _WAY.sub("方法", question)  # しかた is not かたい
    spelling, reading = fold(asked), _reading(asked)
    about = Sound(fold(subject), _reading(subject)) if subject else None
    exact = _best(Sound(spelling, reading), about, is_fallback)
    return exact or _best(Sound(spelling, reading, is_lenient=True), about, is_fallback)


def _best(sound: Sound, subject: Sound | None, is_fallback: bool) -> Basic | None:
    candidates = [entry for entry in _wordings() if entry[0].is_fallback is is_fallback]
    # What is missing is never the dish itself.
    scores = [
        (max(each.score(sound, None if basic.is_substitute else subject) for each in wordings), basic)
        for basic, wordings in candidates
    ]
    best = max(scores, key=lambda entry: entry[0])
    return best[1] if best[0] else None


def _nearly_in(word: str, text: str) -> bool:
    """But for one sign."""
    places = range(len(text) - len(word) + 1)
    return any(sum(a != b for a, b in zip(word, text[at:], strict=False)) <= 1 for at in places)


@lru_cache(maxsize=1)
def _wordings() -> Sequence[tuple[Basic, Sequence[Wording]]]:
    return [(basic, [_wording(line) for line in basic.about]) for basic in basics()]


def _wording(line: str) -> Wording:
    needed, _, exceptions = line.partition("!")
    parts = (tuple(word.strip() for word in part.split("|") if word.strip()) for part in needed.split("&"))
    return Wording(
        tuple(part for part in parts if part),
        tuple(word.strip() for word in exceptions.split("|") if word.strip()),
    )


@cache
def _reading_of(word: str) -> str:
    """Of the answers' own words, which are few."""
    return _reading(word)


def _reading(text: str) -> str:
    return fold("".join(word.reading for word in words(text) if not word.is_mark))
