"""How the learner feels about the cook, in one word; "" where nothing tells."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.providers.offline.clauses import Clause, Sentence
from pipeline.providers.offline.lexicon import CONTENT, CONTENT_SIGNS, EMOTIONS, NEEDS_NEGATION, OTHERS
from pipeline.providers.offline.memo_issues import is_issue, is_unexpected, is_wish
from pipeline.providers.offline.memo_questions import statements_of
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import (
    ending,
    is_denied,
    is_property,
    is_supposed,
    past_follows,
    subject_of,
)

PAINS = ("", "事", "気持ち", "心", "体", "腰", "手", "腕", "足")
PLEASURES = frozenset(("嬉しい", "楽しい", "満足"))
SAYINGS = {
    "嬉しい": re.compile(
        "やった[ー〜]|^やった[ぁあぜねよ]*$|ばんざー?い|バンザー?イ|万歳|よっしゃ|いえーい|ガッツポーズ"
    ),
    "疲れ": re.compile(
        "(足|脚)が棒|(腕|足|肩|腰)が?(ぱんぱん|パンパン|ばきばき|バキバキ|がくがく|ガクガク)|もう動けな"
    ),
    "落ち込み": re.compile(
        "(気分|気持ち|心)[がはも]?(沈|重|晴れな)|やる気[がもを]?(なくな|な[いく]|失)|立ち直れな|心が折れ"
    ),
    "満足": re.compile("(百|100|満)点(?!中|満点中|じゃ|では|とは|に届)|花丸|はなまる|言うことな"),
}
REST = frozenset(("後", "他", "外", "あと", "ほか"))
FAINT = frozenset(("良い", "宜しい", "奇麗"))
VISIBLE = frozenset(("泣く", "喜ぶ", "怖がる", "はしゃぐ"))  # what is seen in another, too
ADJECTIVES = ("形容詞", "形状詞")


def feeling_of(memo: Sequence[Sentence]) -> str:
    """The last feeling that is named; else contentment, where something is praised and no trouble follows."""
    feeling, contentment, troubled = "", "", False
    for sentence in memo:
        statements = statements_of(sentence)
        before: Sequence[Word] = ()
        for clause in sentence.clauses:
            feeling = named_feeling(clause.words, before) or saying_of(clause) or feeling
            before = (*before, *clause.words) if clause.is_open else ()
            if clause not in statements:
                continue
            if is_issue(clause.words):
                contentment, troubled = "", True
            elif is_content(clause.words) and not (
                troubled and (is_conceded(clause, sentence) or is_faint(clause.words))
            ):
                contentment = CONTENT
    return feeling or contentment


def saying_of(clause: Clause) -> str:
    """A feeling without a word for it: やったー, 足が棒です."""
    said = "".join(word.surface for word in clause.words if not word.is_mark)
    return next((label for label, saying in SAYINGS.items() if saying.search(said)), "")


def is_conceded(clause: Clause, sentence: Sentence) -> bool:
    """…タレは美味しかったんですけどね: an afterthought to the trouble."""
    words = [word for word in clause.words if not word.is_mark]
    return clause is sentence.clauses[-1] and any(
        word.lemma in ("けれど", "が") for word in words[-2:] if word.subpart == "接続助詞"
    )


def is_faint(words: Sequence[Word]) -> bool:
    """あとはよかった: what went well beside a trouble."""
    apart = any(one.lemma in REST and two.surface == "は" for one, two in pairwise(words))
    return apart or {word.lemma for word in words} & CONTENT_SIGNS <= FAINT


def named_feeling(words: Sequence[Word], before: Sequence[Word] = ()) -> str:
    """`before` is what runs on into the clause: 子どもが怖がって + 泣いてた."""
    feeling = ""
    for index, word in enumerate(words):
        label = next((label for label, lemmas in EMOTIONS.items() if word.lemma in lemmas), "")
        if not label or is_denied(words, index) != (word.lemma in NEEDS_NEGATION):
            continue
        if word.lemma == "嫌" and "成る" not in {each.lemma for each in words[index + 1 : index + 3]}:
            continue
        if word.lemma == "辛い" and (
            word.inflection.startswith("語幹")
            or subject_of(words, index) not in PAINS
            or is_unexpected(words[:index])
            or any(each.lemma == "過ぎる" for each in before)
        ):  # 玉ねぎが辛い
            continue
        if (word.lemma == "嫌" and word.part != "形状詞") or is_property(words, index):
            continue
        if word.lemma == "大変" and word.part != "形状詞":  # 大変満足
            continue
        if not (
            is_anothers(words, index)
            or (word.lemma in VISIBLE and is_anothers((*before, *words), len(before) + index))
            or (word.lemma != "泣く" and is_supposed(words, index))
            or (label in PLEASURES and is_hope(words, index))
        ):
            feeling = label
    return feeling


def is_hope(words: Sequence[Word], index: int) -> bool:
    """教えてもらえると嬉しい: a request."""
    before = words[index - 1] if index else None
    if before is None or past_follows(words, index):
        return False
    return before.surface in ("と", "ば") or before.inflection.startswith("仮定形")


def is_anothers(words: Sequence[Word], index: int) -> bool:
    """Of an adjective only what is quoted or seen in another (楽しいって言う, 嬉しそう); of a verb, another's deed."""
    end = ending(words, index)
    tail = words[index + 1 : end + 1]
    quoted = any(word.lemma in ("言う", "仰る") for word in tail)
    is_adjective = words[index].part in ADJECTIVES
    if quoted or any(word.base == "がる" or (word.base == "そう" and is_adjective) for word in tail):
        return True
    if is_adjective:
        return False
    return any(
        one.lemma in OTHERS and two.surface not in ("に", "を", "と", "の", "から", "で")
        for one, two in pairwise(words[: index + 1])
    )


def is_content(words: Sequence[Word]) -> bool:
    return any(
        word.lemma in CONTENT_SIGNS
        and not (is_denied(words, index) or is_wish(words, index) or is_supposed(words, index))
        and not (is_anothers(words, index) or is_hope(words, index) or is_wanted(words, index))
        and (past_follows(words, index) or is_exclaimed(words, index))
        for index, word in enumerate(words)
    )


def is_wanted(words: Sequence[Word], index: int) -> bool:
    """成功させたい."""
    return any(word.base == "たい" for word in words[index + 1 : ending(words, index)])


def is_exclaimed(words: Sequence[Word], index: int) -> bool:
    """最高です, うまい！: said of now, at the end."""
    rest = [word for word in words[ending(words, index) :] if not word.is_mark]
    if words[ending(words, index) - 1].surface == "の" and rest:  # 最高の出来です
        rest = rest[ending(rest, 0) :]
    return not rest
