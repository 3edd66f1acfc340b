"""What a memo asks, in the learner's own words."""

import re
from collections.abc import Sequence

from pipeline.providers.offline.clauses import Clause, Sentence, joined
from pipeline.providers.offline.lexicon import ASKED_NOUNS, ASKING, INTERROGATIVES, NEGATIONS
from pipeline.providers.offline.memo_issues import is_issue
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import is_past

POLITE_VERBS = frozenset(("下さる", "頂く", "貰う", "願う", "御", "為る"))
SHORT_QUESTION = 40  # characters; of a longer sentence only the clause that asks
ASKS_LEAVE = re.compile("[てで]も?(いい|良い|よい|よろしい|大丈夫|平気)(もの|ん|の)?(かな|かね|だろう)?$")
ASKS_HOW = re.compile("([るい]に|[るたい]とき|[るたい]時|場合)は$")
MUSING = re.compile(
    "(いいか|(点|まあまあ|感じ|とこ|ところ|点(くらい|ぐらい))かな?|もんかな?|ものかな?|ますか?な|ないか|のせいかな?|だけかな?|かと)$"
)
THOUGHT = re.compile("(と|って)(思い?(ます|って)?)?$")
PROLONGED = re.compile("[ぁあねぇえなよわーっ〜~]+$")
ASKING_ENDS = ("でしょう", "でしょ", "だろう", "だろ", "の", "んだ", "しよう", "いい", "よい", "と")
POLITE_QUESTIONS = (
    "ですか",
    "ますか",
    "でしょうか",
    "ませんか",
    "ましたか",
    "でしたか",
    "だろうか",
    "っすか",
    "んすか",
    "っけ",
)


def statements_of(sentence: Sentence) -> Sequence[Clause]:
    """The clauses that tell something: all but those that ask."""
    if not is_question(sentence):
        return sentence.clauses
    first = len(sentence.clauses) - 1
    for place in range(first - 1, -1, -1):
        if not sentence.clauses[place].is_open:
            break
        if has_interrogative(sentence.clauses[place].words):  # なんで焦げて固くなるの
            first = place
    return sentence.clauses[:first]


def is_question(sentence: Sentence) -> bool:
    words = [word for word in sentence.words if not word.is_mark]
    if not words:
        return False
    has_question_mark = sentence.words[-1].surface in ("？", "?")
    asks = has_interrogative(words)
    final = [word for word in sentence.clauses[-1].words if not word.is_mark]
    return has_question_mark or is_request(final, asks) or ends_as_question(final, asks)


def has_interrogative(words: Sequence[Word]) -> bool:
    return any(is_interrogative(words, index) for index in range(len(words)))


def is_interrogative(words: Sequence[Word], index: int) -> bool:
    """何, どう, なぜ…, but not the indefinite 何も, いつも, なんか, なぜか."""
    following = words[index + 1].surface if index + 1 < len(words) else ""
    final = index + 2 >= len(words)
    indefinite = following in ("も", "でも", "とか", "度", "回", "より", "の間") or (
        following == "か" and not final
    )
    return words[index].lemma in INTERROGATIVES and not indefinite


def is_request(final: Sequence[Word], asks: bool) -> bool:
    """教えてください, 知りたい, 気になります; わからない only of something asked (どうするか)."""
    lemmas = [word.lemma for word in final]
    if not ASKING & set(lemmas):
        return False
    is_wish_to_know = bool({"たい", "下さる", "欲しい", "貰う", "頂く", "願う", "幸い"} & set(lemmas))
    is_order = lemmas[-2:] == ["教える", "て"] or lemmas[-1] in ("教える", "質問")
    is_curiosity = "気" in lemmas and "成る" in lemmas and "か" in lemmas
    wonders = (
        {"迷う", "悩む"} & set(lemmas) and "か" in {each.surface for each in final} and not is_past(final[-1])
    )
    is_puzzle = bool(wonders) or ("分かる" in lemmas and asks and bool(NEGATIONS & set(lemmas)))
    return is_wish_to_know or is_order or is_curiosity or is_puzzle


def ends_as_question(final: Sequence[Word], asks: bool) -> bool:
    """〜ですか, 〜のかな, どう〜だろう. A lone かな that complains (固かったかな) is a remark, not a question."""
    tail = PROLONGED.sub("", "".join(word.surface for word in final))
    if thought := THOUGHT.search(tail):
        tail, final = tail[: thought.start()], without_thought(final)
    if tail.endswith(POLITE_QUESTIONS):
        return not tail.endswith(("じゃないですか", "ではないですか")) or asks
    if ASKS_LEAVE.search(tail) or ends_with_interrogative(final):
        return True
    if tail.endswith(("か", "かな", "かね", "のか")):
        asks = asks or "これって" in tail
        told = (
            is_issue(final)
            or any(is_past(word) or word.inflection == "意志推量形" for word in final[-4:])
            or MUSING.search(tail)
        )
        return asks or not told
    if tail.endswith(ASKING_ENDS) or (tail.endswith("ん") and final[-1].subpart == "準体助詞"):
        return asks
    return asks_openly(final, tail)


def without_thought(final: Sequence[Word]) -> Sequence[Word]:
    place = max(
        (index for index, word in enumerate(final) if word.surface in ("と", "って")), default=len(final)
    )
    return final[:place]


def ends_with_interrogative(final: Sequence[Word]) -> bool:
    """なんで, どうして: the whole question."""
    words = [word for word in final if word.part != "助詞" or word.surface == "で"]
    bare = "".join(word.surface for word in words)
    return bare.endswith(("なんで", "なぜ", "どうして", "何故", "何で")) and len(words) <= 3


def asks_openly(final: Sequence[Word], tail: str) -> bool:
    """油がはねないようにするには, コツは."""
    if not final or final[-1].surface != "は":
        return False
    return ASKS_HOW.search(tail) is not None or (len(final) > 1 and final[-2].lemma in ASKED_NOUNS)


def without_bare(asking: Sequence[Sentence]) -> Sequence[Sentence]:
    """教えてください asks for nothing beside the question before it."""
    telling = [each for each in asking if has_interrogative(each.words) or has_thing(each.words)]
    return telling or asking


def has_thing(words: Sequence[Word]) -> bool:
    return any(
        word.part in ("名詞", "形容詞", "動詞") and word.lemma not in ASKING | POLITE_VERBS for word in words
    )


def question_text(sentence: Sentence) -> str:
    """The question in the learner's words; of a long sentence only the clause that asks."""
    whole = joined(sentence.clauses)
    if len(whole.plain) <= SHORT_QUESTION:
        return whole.plain.rstrip("？?")
    first = len(statements_of(sentence))
    if first and sentence.clauses[first - 1].words[-1].surface == "は":  # むけたのは + どうしてですか
        first -= 1
    asking = sentence.clauses[first:]
    return joined(asking).plain.rstrip("？?")
