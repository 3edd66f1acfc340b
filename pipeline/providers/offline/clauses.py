"""Dividing a voice memo into sentences and clauses by word forms: speech recognition gives few marks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from pipeline.providers.offline.dialects import Spoken, spoken_words
from pipeline.providers.offline.lexicon import AFTER_TE, EMOTIONS, INTERROGATIVES, lemmas
from pipeline.providers.offline.morphology import Word

END_MARKS = frozenset("。！？!?\n;；→")
TOPICS = frozenset(("が", "は"))
FEELINGS = frozenset().union(*EMOTIONS.values()) | {"勿体無い", "気"}
WHYS = frozenset(("どう", "何", "何故", "どうして", "何で"))
STOPS = frozenset("、,」』)…・~〜")
POLITE = frozenset(("です", "ます"))
JOINERS = frozenset(("が", "けれど", "し", "から", "のに", "ので"))
FILLERS = lemmas(
    "なんか まあ ま で えー えーと えっと あの あのー その うーん うん と は が も ね ・ でも あと はい"
)
LEADING_FILLER = re.compile(r"^(なんか|なんだか|あと)、?")
FILLER_PARTS = frozenset(("感動詞", "接続詞"))
INFLECTED = frozenset(("動詞", "形容詞", "助動詞", "接尾辞"))

RUN_ON_BUT = re.compile(r"(?<=[てたす])(でも)(?=[^、])")
RUN_ON_WHY = re.compile(
    r"([たてすんよね])(なぜ|なんで(?!も|し))"
)  # otherwise taken for the particles な + ぜ

# How speakers soften the end of a remark; a quotation is clearer without.
HEDGES = re.compile(
    r"((なの|の|ん)?か(な|なあ|なぁ|なー)?|よう(な|に)|みたいな)?(と(は|も)?思(う|い(ます|ました))|って思って(る|ます)?"
    r"|って感じ(です|でした)?|気が(する|します|しました))$|(の)?かも(しれ(ない|ません)(です|でした)?)?$|(の)?かな(あ|ぁ|ー)?$"
)
SOFTENERS = re.compile(
    r"((?<=[るたいなうくすつむだ])んで?す|(?<=[るたいなうくすつむだ])んだ|のです|のだ|の|(?<=[るたい])ん|(?<=[るた])と)?(よね|よ|ね|わ|ねん|で)?$"
)


@dataclass(frozen=True)
class Clause:
    spoken: tuple[Spoken, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(each.word for each in self.spoken)

    @property
    def text(self) -> str:
        """The clause as it may be quoted: without fillers, joining particles and hedges."""
        return SOFTENERS.sub("", HEDGES.sub("", self.plain))

    @property
    def plain(self) -> str:
        """The clause without fillers and joining particles, as it was said."""
        rest = list(self.spoken)
        while rest and is_filler(rest[0].word):
            rest.pop(0)
        while rest and (rest[-1].word.is_mark or is_joiner([each.word for each in rest], len(rest) - 1)):
            rest.pop()
        return LEADING_FILLER.sub("", "".join(each.said for each in rest))

    @property
    def is_open(self) -> bool:
        """It goes on in the next one of its sentence: 固くて, 崩れてしまい、."""
        words = self.words
        return any(ends_step(words, index, at_end=True) for index in range(len(words) - 1, -1, -1)[:2])


@dataclass(frozen=True)
class Sentence:
    clauses: tuple[Clause, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return joined(self.clauses).words


def joined(clauses: Iterable[Clause]) -> Clause:
    return reduce(lambda one, other: Clause(one.spoken + other.spoken), clauses, Clause(()))


def split_memo(memo: str) -> list[Sentence]:
    """The memo's sentences, each divided into clauses, in order."""
    spoken = spoken_words(RUN_ON_BUT.sub(r" \1", RUN_ON_WHY.sub(r"\1 \2", memo)))
    memo_words = [each.word for each in spoken]
    sentences: list[Sentence] = []
    clauses: list[Clause] = []
    start = 0
    for index in range(len(spoken)):
        is_end = ends_sentence(memo_words, index) or index == len(spoken) - 1
        if is_end or ends_clause(memo_words, index):
            clause = Clause(tuple(spoken[start : index + 1]))
            clauses += [clause] if any(not word.is_mark for word in clause.words) else []
            start = index + 1
        if is_end and clauses:
            sentences.append(Sentence(tuple(clauses)))
            clauses = []
    return sentences


def is_filler(word: Word) -> bool:
    return word.is_mark or word.part in FILLER_PARTS or word.surface in FILLERS


def ends_sentence(memo_words: Sequence[Word], index: int) -> bool:
    word, following = memo_words[index], memo_words[index + 1] if index + 1 < len(memo_words) else None
    if word.surface in END_MARKS:
        return True
    if following is None or following.surface in END_MARKS:
        return False
    if following.part in ("助詞", "助動詞", "接尾辞") or is_aside(memo_words, index):
        return False
    if following.part == "補助記号" and following.surface in STOPS:
        return following.surface == "、" and (is_said_out(word) or asks_more(memo_words, index))
    if following.part in ("空白", "補助記号"):
        return (
            may_end_sentence(memo_words, index)
            or word.inflection.startswith("連体形")
            or ends_with_maybe(memo_words, index)
            or is_bare_question(memo_words, index)
            or word.lemma == "過ぎ"
        )
    return may_end_sentence(memo_words, index)


def is_said_out(word: Word) -> bool:
    """なんでだろう、 or くっついたな、 or くやしい、: what follows is said anew."""
    return word.inflection.startswith(("意志推量形", "終止形")) or (
        word.subpart == "終助詞" and word.surface != "か"
    )


def asks_more(memo_words: Sequence[Word], index: int) -> bool:
    """いいですか、あと…: asked, and another thing begins."""
    rest = "".join(word.surface for word in memo_words[index + 2 : index + 4])
    asked = memo_words[index].surface == "か" and index > 0 and memo_words[index - 1].base in POLITE
    return asked and rest.startswith(("あと", "それと", "それから"))


def is_aside(memo_words: Sequence[Word], index: int) -> bool:
    """焼き色がですね、: the speaker only takes a breath."""
    before = memo_words[max(0, index - 2) : index]
    return (
        len(before) == 2
        and memo_words[index].surface in ("ね", "な")
        and before[1].base == "です"
        and before[0].part == "助詞"
        and before[0].subpart in ("格助詞", "係助詞", "副助詞", "接続助詞")
    )


def may_end_sentence(memo_words: Sequence[Word], index: int) -> bool:
    """Whether a sentence may stop at this word: a final form, a final particle, or a polite one."""
    word = memo_words[index]
    if word.subpart == "終助詞" or word.inflection.startswith(("終止形", "命令形", "意志推量形")):
        return True
    before = memo_words[index - 1].base if index else ""
    return word.part == "助動詞" and (word.base in POLITE or before in POLITE)


def ends_with_maybe(memo_words: Sequence[Word], index: int) -> bool:
    return index > 0 and memo_words[index - 1].surface == "か" and memo_words[index].surface == "も"


def is_bare_question(memo_words: Sequence[Word], index: int) -> bool:
    """なんで, なぜ by itself."""
    return memo_words[index].surface in ("なんで", "なぜ", "どうして")


def ends_clause(memo_words: Sequence[Word], index: int) -> bool:
    """After けど, が, し, から, のに, ので, and after each step of what runs on (固くて, 焦げて, 崩れ、)."""
    if index + 1 < len(memo_words) and memo_words[index + 1].part in ("助詞", "助動詞"):
        return False
    if memo_words[index].surface in TOPICS and memo_words[index].subpart != "接続助詞":
        return leads_on(memo_words, index)
    return is_joiner(memo_words, index) or ends_step(memo_words, index)


def leads_on(memo_words: Sequence[Word], index: int) -> bool:
    """破れたのが悔しい, むけたのはどうしてですか: what happened, and then a feeling or a question about it."""
    if (
        index < 2
        or memo_words[index - 1].subpart != "準体助詞"
        or memo_words[index - 2].surface not in "ただ"
    ):
        return False
    rest = memo_words[index + 1 : index + 4]
    rest = [word for word in rest if word.part not in ("副詞", "補助記号") or word.lemma in INTERROGATIVES]
    return bool(rest) and (
        rest[0].lemma in FEELINGS or (memo_words[index].surface == "は" and rest[0].lemma in WHYS)
    )


def is_joiner(memo_words: Sequence[Word], index: int) -> bool:
    word = memo_words[index]
    if word.subpart == "接続助詞":
        return word.lemma in JOINERS or word.surface in JOINERS
    return (
        word.surface in ("で", "に", "と", *TOPICS)
        and index > 0
        and memo_words[index - 1].subpart == "準体助詞"
        and index > 1
    )


def ends_step(memo_words: Sequence[Word], index: int, *, at_end: bool = False) -> bool:
    """焦げて, ぱさぱさで, 崩れ、: the next says another thing, unless it is an auxiliary (焦げている)."""
    word, before = memo_words[index], memo_words[index - 1] if index else None
    following = next((each for each in memo_words[index + 1 :] if each.part != "空白"), None)
    if before is None or (following is None and not at_end):
        return False
    if is_aside(memo_words, index) and memo_words[index - 2].subpart == "接続助詞":  # 遅くてですね
        return True
    if following and (following.lemma in AFTER_TE or following.part in ("助詞", "助動詞")):
        return False
    if word.subpart == "接続助詞" and word.surface in ("て", "で"):
        return True
    if word.lemma == "だ" and word.surface == "で":
        return before.part in ("形状詞", "副詞", "名詞", "接尾辞")
    is_stop = following is not None and following.surface in ("、", ",")
    return is_stop and word.part in INFLECTED and word.inflection.startswith("連用形")
