"""Dividing a voice memo into sentences and clauses by word forms: speech recognition gives few marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.providers.offline.lexicon import lemmas
from pipeline.providers.offline.morphology import Word, words

END_MARKS = frozenset("。！？!?\n")
POLITE = frozenset(("です", "ます"))
JOINERS = frozenset(("が", "けれど", "し", "から", "のに", "ので"))
FILLERS = lemmas("なんか まあ ま で えー えーと えっと あの あのー その うーん うん と は が も ね")
LEADING_FILLER = re.compile(r"^(なんか|なんだか|あと)、?")
FILLER_PARTS = frozenset(("感動詞", "接続詞"))

RUN_ON_WHY = re.compile(r"([たすんよね])(なぜ)")  # otherwise taken for the particles な + ぜ

# How speakers soften the end of a remark; a quotation is clearer without.
HEDGES = re.compile(
    r"((なの|の|ん)?か(な|なあ|なぁ|なー)?|よう(な|に)|みたいな)?(と(は|も)?思(う|い(ます|ました))|って思って(る|ます)?"
    r"|って感じ(です|でした)?|気が(する|します|しました))$|(の)?かも(しれ(ない|ません)(です|でした)?)?$|(の)?かな(あ|ぁ|ー)?$"
)
SOFTENERS = re.compile(r"(んです|のです|んだ|のだ|の|ん)?(よね|よ|ね)?$")


@dataclass(frozen=True)
class Clause:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The clause as it may be quoted: without fillers, joining particles and hedges."""
        return SOFTENERS.sub("", HEDGES.sub("", self.plain))

    @property
    def plain(self) -> str:
        """The clause without fillers and joining particles."""
        rest = list(self.words)
        while rest and (rest[0].is_mark or rest[0].part in FILLER_PARTS or rest[0].surface in FILLERS):
            rest.pop(0)
        while rest and (rest[-1].is_mark or is_joiner(rest, len(rest) - 1)):
            rest.pop()
        return LEADING_FILLER.sub("", "".join(word.surface for word in rest))


@dataclass(frozen=True)
class Sentence:
    clauses: tuple[Clause, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for clause in self.clauses for word in clause.words)


def split_memo(memo: str) -> list[Sentence]:
    """The memo's sentences, each divided into clauses, in order."""
    memo_words = words(RUN_ON_WHY.sub(r"\1 \2", memo))
    sentences: list[Sentence] = []
    clauses: list[Clause] = []
    clause: list[Word] = []
    for index, word in enumerate(memo_words):
        clause.append(word)
        is_end = ends_sentence(memo_words, index) or index == len(memo_words) - 1
        if is_end or ends_clause(memo_words, index):
            clauses += [Clause(tuple(clause))] if any(not each.is_mark for each in clause) else []
            clause = []
        if is_end and clauses:
            sentences.append(Sentence(tuple(clauses)))
            clauses = []
    return sentences


def ends_sentence(memo_words: Sequence[Word], index: int) -> bool:
    word, following = memo_words[index], memo_words[index + 1] if index + 1 < len(memo_words) else None
    if word.surface in END_MARKS:
        return True
    if following is None or following.part in ("助詞", "助動詞", "接尾辞", "補助記号"):
        return False
    if following.part == "空白":
        return (
            may_end_sentence(memo_words, index)
            or word.inflection.startswith("連体形")
            or ends_with_maybe(memo_words, index)
        )
    return may_end_sentence(memo_words, index)


def may_end_sentence(memo_words: Sequence[Word], index: int) -> bool:
    """Whether a sentence may stop at this word: a final form, a final particle, or a polite one."""
    word = memo_words[index]
    if word.subpart == "終助詞" or word.inflection.startswith(("終止形", "命令形", "意志推量形")):
        return True
    before = memo_words[index - 1].base if index else ""
    return word.part == "助動詞" and (word.base in POLITE or before in POLITE)


def ends_with_maybe(memo_words: Sequence[Word], index: int) -> bool:
    return index > 0 and memo_words[index - 1].surface == "か" and memo_words[index].surface == "も"


def ends_clause(memo_words: Sequence[Word], index: int) -> bool:
    """After けど, が, し, から, のに, ので; の + で and の + に count when no particle follows them."""
    return is_joiner(memo_words, index) and not (
        index + 1 < len(memo_words) and memo_words[index + 1].part in ("助詞", "助動詞")
    )


def is_joiner(memo_words: Sequence[Word], index: int) -> bool:
    word = memo_words[index]
    if word.subpart == "接続助詞":
        return word.lemma in JOINERS or word.surface in JOINERS
    return (
        word.surface in ("で", "に", "と")
        and index > 0
        and memo_words[index - 1].subpart == "準体助詞"
        and index > 1
    )
