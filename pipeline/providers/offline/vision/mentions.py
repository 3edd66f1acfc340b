"""Whether what the learner says mentions a fault: compared by word forms, so that 焦げちゃった matches 焦げた."""

import re
from collections.abc import Iterable, Sequence

from pipeline.providers.offline.lexicon import AUXILIARIES, DEGREES
from pipeline.providers.offline.morphology import Word, words

_CLAUSE_ENDS = re.compile(r"[。、！？!?,.\n]+")
_CONTENT = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
_EMPTY = AUXILIARIES | DEGREES  # すぎる stays: 動かしすぎた is more than 動かした
_NEGATIONS = frozenset(("ない", "無い", "ず", "ぬ"))

Sense = tuple[frozenset[str], bool]  # the words that carry meaning, and whether they are negated


def mentions(texts: Iterable[str], phrases: Sequence[str]) -> bool:
    """True when a clause of the texts holds all that one of the phrases says, negated as the phrase is."""
    clauses = _senses(clause for text in texts for clause in _CLAUSE_ENDS.split(text))
    return any(
        content <= clause and negation == clause_negation
        for content, negation in _senses(phrases)
        for clause, clause_negation in clauses
    )


def _senses(texts: Iterable[str]) -> list[Sense]:
    """Without those of texts that say nothing."""
    return [sense for text in texts if (sense := _sense(text))[0]]


def _sense(text: str) -> Sense:
    text_words = words(text)
    content = frozenset(word.lemma for word in text_words if word.part in _CONTENT and _has_meaning(word))
    return content, any(word.lemma in _NEGATIONS for word in text_words)


def _has_meaning(word: Word) -> bool:
    return word.lemma not in _EMPTY and word.lemma not in _NEGATIONS
