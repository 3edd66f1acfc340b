"""What learners call each fault of the curriculum (油を吸った, 香りが飛んだ): trouble, though no word of it is a bad one."""

from collections.abc import Sequence
from functools import cache

from knowledge_base import catalogue
from pipeline.providers.offline.lexicon import AUXILIARIES, DEGREES, NEGATIONS
from pipeline.providers.offline.morphology import Word, words
from pipeline.providers.offline.predicates import is_property, is_supposed

CONTENT = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
TELLING = 2  # words of a phrase: one alone (入れすぎた aside) may be said of anything

RIGHT = frozenset(("透明", "澄む", "通り"))  # 透明な肉汁が出た, 言われたとおり火を弱くした

Sense = tuple[frozenset[str], bool]  # the words that carry meaning, and whether they are negated


def is_known_trouble(clause: Sequence[Word]) -> bool:
    """Whether the clause ends in such a phrase, and tells it as what happened."""
    places = [index for index, word in enumerate(clause) if carries_meaning(word)]
    return any(
        sense_of(clause[start:]) in known_troubles()
        and not (is_supposed(clause, places[-1]) or is_property(clause, places[-1]))
        and not any(word.lemma in RIGHT for word in clause[:start])
        for start in places
    )


@cache
def known_troubles() -> frozenset[Sense]:
    faults = catalogue.load().faults.values()
    senses = (sense_of(words(phrase)) for fault in faults for phrase in fault.learner_words)
    return frozenset(sense for sense in senses if len(sense[0]) >= TELLING)


def sense_of(text: Sequence[Word]) -> Sense:
    content = frozenset(word.lemma for word in text if carries_meaning(word))
    return content, any(word.lemma in NEGATIONS for word in text)


def carries_meaning(word: Word) -> bool:
    return word.part in CONTENT and word.lemma not in AUXILIARIES | DEGREES | NEGATIONS
