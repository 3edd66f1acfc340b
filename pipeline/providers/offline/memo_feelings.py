"""How the learner feels about the cook, in one word; "" where nothing tells."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.providers.offline.clauses import Clause, Sentence
from pipeline.providers.offline.lexicon import CONTENT, CONTENT_SIGNS, EMOTIONS, NEEDS_NEGATION, OTHERS
from pipeline.providers.offline.memo_issues import is_issue, is_wish, subject_of
from pipeline.providers.offline.memo_questions import statements_of
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import ending, is_denied, is_property, is_supposed, past_follows

PAINS = ("", "事", "気持ち", "心", "体", "腰", "手", "腕", "足")
ADJECTIVES = ("形容詞", "形状詞")


def feeling_of(memo: Sequence[Sentence]) -> str:
    """The last feeling that is named; else contentment, where something is praised and no trouble follows."""
    feeling, contentment, troubled = "", "", False
    for sentence in memo:
        statements = statements_of(sentence)
        for clause in sentence.clauses:  # 味はよかったんですけどね: conceded after trouble
            feeling = named_feeling(clause.words) or feeling
            if clause not in statements:
                continue
            if is_issue(clause.words):
                contentment, troubled = "", True
            elif is_content(clause.words) and not (troubled and is_conceded(clause, sentence)):
                contentment = CONTENT
    return feeling or contentment


def is_conceded(clause: Clause, sentence: Sentence) -> bool:
    """…タレは美味しかったんですけどね: an afterthought to the trouble."""
    words = [word for word in clause.words if not word.is_mark]
    return clause is sentence.clauses[-1] and any(
        word.lemma in ("けれど", "が") for word in words[-2:] if word.subpart == "接続助詞"
    )


def named_feeling(words: Sequence[Word]) -> str:
    feeling = ""
    for index, word in enumerate(words):
        label = next((label for label, lemmas in EMOTIONS.items() if word.lemma in lemmas), "")
        if not label or is_denied(words, index) != (word.lemma in NEEDS_NEGATION):
            continue
        if word.lemma == "嫌" and "成る" not in {each.lemma for each in words[index + 1 : index + 3]}:
            continue
        if word.lemma == "辛い" and (
            word.inflection.startswith("語幹") or subject_of(words, index) not in PAINS
        ):  # 玉ねぎが辛い
            continue
        if (word.lemma == "嫌" and word.part != "形状詞") or is_property(words, index):
            continue
        if word.lemma == "大変" and word.part != "形状詞":  # 大変満足
            continue
        if not (
            is_anothers(words, index)
            or (word.lemma != "泣く" and is_supposed(words, index))
            or is_hope(words, index)
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
