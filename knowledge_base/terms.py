"""Which words a text and a principle share, as sparse vectors: the half of retrieval that needs no model.

Words are cut into single kanji and pairs of signs (no dictionary, so production needs none) and weighed as
in BM25 (Robertson & Zaragoza 2009): the principle's side saturates, the question's side counts rarity, so
that each row depends on its own files only.
"""

import math
import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from knowledge_base.catalogue import Catalogue, load, read_yaml
from knowledge_base.content import Principle
from models.principle import TERM_DIMENSIONS

SATURATION = 1.2  # k1
LENGTH_MATTERS = 0.5  # b
TYPICAL_LENGTH = 700.0  # weighted terms of a principle; fixed, so that one file's change moves no other row
TITLE = 3.0  # a word of the title counts as three of the body
LEARNER_WORDS = 1.5  # of the principle itself
NEIGHBOUR = 0.3  # learners' words for a fault that belongs to another principle first

_RUN = re.compile(r"[0-9a-z]+|[ぁ-ゖー一-龠々]+")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}

Terms = dict[int, float]  # place in the vector -> weight


def principle_terms(catalogue: Catalogue, principle: Principle) -> Terms:
    """What the row is found by: its own words, and how learners put the faults it mends."""
    weights: defaultdict[str, float] = defaultdict(float)
    for text, weight in searchable(catalogue, principle):
        for term in terms(text):
            weights[term] += weight
    length = 1 - LENGTH_MATTERS + LENGTH_MATTERS * sum(weights.values()) / TYPICAL_LENGTH
    return {
        _place(term): weight * (SATURATION + 1) / (weight + SATURATION * length)
        for term, weight in weights.items()
    }


def searchable(catalogue: Catalogue, principle: Principle) -> Iterator[tuple[str, float]]:
    """Each text that speaks for a principle, and its weight."""
    yield principle.title, TITLE
    yield principle.text.partition("\n")[2], 1.0
    yield " ".join(principle.learner_words), LEARNER_WORDS
    yield " ".join(catalogue.dishes[slug].name_ja for slug in principle.dishes), 1.0
    for fault in (catalogue.faults[code] for code in principle.faults):
        words = " ".join(fault.learner_words)
        if fault.principle_id == principle.id:
            yield f"{words} {fault.name_ja} {fault.diagnosis} {fault.seen}", 1.0
        else:
            yield words, NEIGHBOUR


def query_terms(text: str) -> Terms:
    """A question's words, the rarer in the curriculum the heavier; {} when it shares none."""
    rarity = _rarity()
    counts = Counter(term for term in terms(text) if term in rarity)
    return {_place(term): count * rarity[term] for term, count in counts.items()}


def terms(text: str) -> list[str]:
    """Single kanji and pairs of neighbouring signs, in one spelling."""
    all_terms: list[str] = []
    for run in _RUN.findall(one_spelling(text)):
        all_terms += (run[start : start + 2] for start in range(len(run) - 1))
        all_terms += (sign for sign in run if "一" <= sign <= "龠")
    return all_terms


def one_spelling(text: str) -> str:
    """硬い and かたい, ニンニク and にんにく come out the same."""
    pattern, canonical = _spellings()
    return pattern.sub(lambda match: canonical[match[0]], _fold(text))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().translate(_KATAKANA_TO_HIRAGANA)


@lru_cache(maxsize=1)
def _spellings() -> tuple[re.Pattern[str], Mapping[str, str]]:
    rows = read_yaml(Path(__file__).parent, "spellings.yaml")
    canonical = {_fold(variant): _fold(row[0]) for row in rows for variant in row[1:]}
    longest_first = sorted(map(re.escape, canonical), key=len, reverse=True)
    return re.compile("|".join(longest_first)), canonical


@lru_cache(maxsize=1)
def _rarity() -> Mapping[str, float]:
    catalogue = load()
    principles = catalogue.principles.values()
    holding = Counter(
        term
        for principle in principles
        for term in {term for text, _ in searchable(catalogue, principle) for term in terms(text)}
    )
    return {
        term: math.log(1 + (len(principles) - count + 0.5) / (count + 0.5)) for term, count in holding.items()
    }


def _place(term: str) -> int:
    """A fixed place for a term without a vocabulary; two in one place are rarer than one in ten thousand."""
    return zlib.crc32(term.encode()) % TERM_DIMENSIONS
