"""Cutting a spoken memo into sentences and clauses by word forms: speech recognition gives few marks."""

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

RUN_ON_WHY = re.compile(r"([たすんよね])(なぜ)")  # else read as the particles な + ぜ

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
        kept = list(self.words)
        while kept and (kept[0].is_mark or kept[0].part in FILLER_PARTS or kept[0].surface in FILLERS):
            kept.pop(0)
        while kept and (kept[-1].is_mark or is_joiner(kept, len(kept) - 1)):
            kept.pop()
        return LEADING_FILLER.sub("", "".join(word.surface for word in kept))


@dataclass(frozen=True)
class Sentence:
    clauses: tuple[Clause, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for clause in self.clauses for word in clause.words)


def split(memo: str) -> list[Sentence]:
    """The memo's sentences, each cut into clauses, in order."""
    heard = words(RUN_ON_WHY.sub(r"\1 \2", memo))
    found: list[Sentence] = []
    clauses: list[Clause] = []
    current: list[Word] = []
    for at, word in enumerate(heard):
        current.append(word)
        sentence_over = ends_sentence(heard, at) or at == len(heard) - 1
        if sentence_over or ends_clause(heard, at):
            clauses += [Clause(tuple(current))] if any(not each.is_mark for each in current) else []
            current = []
        if sentence_over and clauses:
            found.append(Sentence(tuple(clauses)))
            clauses = []
    return found


def ends_sentence(heard: Sequence[Word], at: int) -> bool:
    word, following = heard[at], heard[at + 1] if at + 1 < len(heard) else None
    if word.surface in END_MARKS:
        return True
    if following is None or following.part in ("助詞", "助動詞", "接尾辞", "補助記号"):
        return False
    if following.part == "空白":
        return closes(heard, at) or word.inflection.startswith("連体形") or ends_with_maybe(heard, at)
    return closes(heard, at)


def closes(heard: Sequence[Word], at: int) -> bool:
    """Whether a sentence may stop at this word: a final form, a final particle, or a polite one."""
    word = heard[at]
    if word.subpart == "終助詞" or word.inflection.startswith(("終止形", "命令形", "意志推量形")):
        return True
    before = heard[at - 1].base if at else ""
    return word.part == "助動詞" and (word.base in POLITE or before in POLITE)


def ends_with_maybe(heard: Sequence[Word], at: int) -> bool:
    return at > 0 and heard[at - 1].surface == "か" and heard[at].surface == "も"


def ends_clause(heard: Sequence[Word], at: int) -> bool:
    """After けど, が, し, から, のに, ので; の + で and の + に count when no particle follows them."""
    return is_joiner(heard, at) and not (at + 1 < len(heard) and heard[at + 1].part in ("助詞", "助動詞"))


def is_joiner(heard: Sequence[Word], at: int) -> bool:
    word = heard[at]
    if word.subpart == "接続助詞":
        return word.lemma in JOINERS or word.surface in JOINERS
    return word.surface in ("で", "に", "と") and at > 0 and heard[at - 1].subpart == "準体助詞" and at > 1
