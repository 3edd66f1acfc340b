"""Whether what the learner says speaks of a fault: compared by word forms, so that 焦げちゃった meets 焦げた."""

import re
from collections.abc import Iterable, Sequence

from pipeline.providers.offline.morphology import Word, words

_CLAUSES = re.compile(r"[。、！？!?,.\n]+")
_CONTENT = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
_EMPTY = frozenset(["為る", "成る", "居る", "有る", "仕舞う", "言う", "物", "事", "こと", "もの"])
_DENIALS = frozenset(("ない", "無い", "ず", "ぬ"))

Sense = tuple[frozenset[str], bool]  # what is spoken of, and whether it is denied


def speaks_of(phrases: Sequence[str], texts: Iterable[str]) -> bool:
    """True when a clause of the texts holds all that one of the phrases says, and denies it as the phrase does."""
    said = [sense for text in texts for clause in _CLAUSES.split(text) if (sense := _sense(clause))[0]]
    meant = [sense for phrase in phrases if (sense := _sense(phrase))[0]]
    return any(what <= clause and denied == denies for what, denied in meant for clause, denies in said)


def _sense(text: str) -> Sense:
    found = words(text)
    content = frozenset(word.lemma for word in found if word.part in _CONTENT and _tells(word))
    return content, any(word.lemma in _DENIALS for word in found)


def _tells(word: Word) -> bool:
    return word.lemma not in _EMPTY and word.lemma not in _DENIALS
