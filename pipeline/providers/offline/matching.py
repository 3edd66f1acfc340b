"""Which fact answers a question: one that speaks of the same thing, and of the kind that the question asks for.

No answer is better than one about something similar: a fact must cover the question's own words before its kind counts.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from pipeline.providers.offline.lexicon import EMPTY, lemmas
from pipeline.providers.offline.morphology import Word, words
from pipeline.providers.sentences import sentences


class Topic(StrEnum):
    WHY = "why"
    HOW = "how"
    START = "start"
    STOP = "stop"
    SIGN = "sign"
    SENSES = "senses"
    RECOVER = "recover"
    ELSEWHERE = "elsewhere"
    SUBSTITUTE = "substitute"
    SAFETY = "safety"
    ALLERGY = "allergy"
    FAILURE = "failure"
    GENERAL = "general"


@dataclass(frozen=True)
class Fact:
    """One or more full sentences that answer a kind of question."""

    topic: Topic
    text: str
    about: str = ""  # words it also answers to, without saying them
    heading: str = ""  # what it is mainly about
    lead: str = ""  # a sentence that introduces it
    from_lesson: bool = False  # which a question most likely means

    @property
    def searchable_text(self) -> str:
        return f"{self.text} {self.about}"

    @property
    def main_text(self) -> str:
        """Without what it only mentions: where to use it too, how to mend it."""
        return f"{self.heading} {self.about}" if self.heading and self.about else self.searchable_text


# What a question asks for, narrowest first.
FINISH = (Topic.STOP, Topic.SIGN, Topic.SENSES)
INTENTS = (
    (re.compile("アレルギー"), (Topic.ALLERGY,)),
    (
        re.compile("代わり|代用|かわりに|(なく|無く)ても|がない|ない(とき|場合)|の代わり"),
        (Topic.SUBSTITUTE, Topic.GENERAL),
    ),
    (
        re.compile(
            "やけど|火傷|火が(出|つ[いく])|燃え|発火|はね|跳ね|怖|こわ|危な|安全|食中毒|食べても?(いい|よい|大丈夫|平気)|食べられ|腐|期限|保存"
        ),
        (Topic.SAFETY, Topic.HOW),
    ),
    (re.compile("ほかの料理|他の料理|別の料理|応用"), (Topic.ELSEWHERE,)),
    (re.compile("立て直|失敗し(た|ちゃった|てしまった)|戻せ|挽回|リカバリ|途中で"), (Topic.RECOVER,)),
    (
        re.compile("なぜ|なんで|どうして|理由|原因|悪かった|いけなかった"),
        (Topic.WHY, Topic.GENERAL),
    ),
    (
        re.compile(
            "やめ|止め|とめ|いつまで|終わり|仕上が|引き上げ|おろす|見分け|見極め|確かめ|かどうか|[けがえっ]たか(?!った)"
        ),
        FINISH,
    ),
    (re.compile("始め(る|た)|最初に"), (Topic.START, Topic.HOW, Topic.GENERAL, Topic.SIGN)),
    (re.compile("(音|香り|におい|匂い|色|見た目|感触).*目安"), (Topic.SENSES, Topic.SIGN, Topic.STOP)),
    (
        re.compile("先に|いつ|タイミング|入れる(の|とき)|順番|目安|(どの|どちら|どっち|どれ|何)(?=.*から)"),
        (Topic.HOW, Topic.GENERAL, Topic.START, Topic.SIGN),
    ),
    (re.compile("音|香り|におい|匂い|色|見た目|感触"), (Topic.SENSES, Topic.SIGN)),
    (re.compile("どう(すれ|し|やっ)|コツ|方法|やり方|したい|防"), (Topic.HOW, Topic.GENERAL, Topic.RECOVER)),
    (
        re.compile(
            "必要|いりま(す|せん)|要りま(す|せん)|(ほう|方)が(いい|よい|良い)|[てで]も?(いい|よい|良い|大丈夫)|ますか|べき|意味|だめ|ダメ|[るい]の[?？]|もの[?？]"
        ),
        (Topic.GENERAL, Topic.WHY, Topic.HOW),
    ),
)
AMOUNTS = re.compile(
    "何(分|秒|グラム|g|cc|ml|度|杯|個|本|リットル)|どのくらい|どれくらい|どれぐらい|量|分量|割合|温度|時間"
)
TIME = re.compile("何[分秒]|時間|[のれ][くぐ]らい.*(焼|炒|煮|揚|ゆで|茹|蒸|待|休)(?![汁油湯])")
HEAT = re.compile("何度|温度")
TO_TASTE = (Topic.HOW, Topic.GENERAL, Topic.SIGN, Topic.SENSES)  # what stands for an amount
DONENESS = re.compile("焼け|揚が|煮え|火[がはの]?通|生焼け|生っぽ|中まで")  # asks whether food is done
DONENESS_SIGNS = re.compile("赤み|赤い(所|色)|肉汁|透きとお|断面|割って|骨から|竹串|弾力|ほぐれ")
HEATING = lemmas(
    "焼く 焼ける 炒める 煮る 煮える 揚げる 上げる 揚がる 上がる 火 通る 中"
)  # every sign of doneness is about these

# Several words for one thing; the first stands for all.
SYNONYMS = tuple(
    tuple(line.split())
    for line in """取る 外す 開ける
出す 取り出す 取り出し 引き上げる
引く ひく 敷く 引き直す 引き
かける 掛ける 回し掛ける 注ぐ
返す 裏返す 引っ繰り返す
切る 刻む
混ぜる 掻き混ぜる
焦げる 焦げ 焦がす
崩れる 煮崩れる 煮崩れ
溶く 溶かす 溶ける 溶き入れる
絡む 絡める
固い 固まる
鍋 フライパン""".splitlines()
)
FIRST_SYNONYM = {word: same[0] for same in SYNONYMS for word in same}
SPELLINGS = (  # the curriculum's -> the learners', which Sudachi divides into words best
    (re.compile("強い火|強めの火|火を強め|火を強く"), "強火"),
    (re.compile("弱い火|弱めの火|火を弱め|火を弱く"), "弱火"),
    (re.compile("ぶた(?!肉)"), "蓋"),
)
_LETTERS = re.compile("[ぁ-んァ-ヶー一-龠]+")
_KANA = re.compile("[ぁ-ん]")
FREQUENT = lemmas("毎回 いつも 毎度 全部 ずっと 本当 やはり 普通 一回 かどう")
CONTENT_PARTS = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
MIN_COVERAGE = 0.5  # of the weight of a question's own words, below which a fact is no answer
STRICT_COVERAGE = 0.65  # where nobody has seen what is asked about
LESSON_BONUS = 0.3  # for a fact of the lesson, against 1 for its kind and 2 for its words
HEADING_BONUS = 0.5  # for a fact whose heading is the very thing: more than for the lesson
CLOSING_BONUS = 0.2  # for a fact with a sentence that ends on the very thing


def intent_of(question: str) -> tuple[re.Pattern[str] | None, tuple[Topic, ...]]:
    return next(((sign, topics) for sign, topics in INTENTS if sign.search(question)), (None, ()))


def topics_of(question: str) -> tuple[Topic, ...]:
    """The kinds of fact that may answer; several, likeliest first, or none."""
    if asks_amount(question):
        return FINISH if asks_time(question) else TO_TASTE
    return intent_of(question)[1]


def asks_amount(question: str) -> bool:
    return AMOUNTS.search(question) is not None


def asks_time(question: str) -> bool:
    """Whether the amount is one that a cue to stop answers."""
    return TIME.search(question) is not None


def is_of_taste(question: str) -> bool:
    """Whether the amount may safely be found by tasting: it is neither time nor heat."""
    return asks_amount(question) and not (TIME.search(question) or HEAT.search(question))


def asks_doneness(question: str) -> bool:
    return topics_of(question) == FINISH and DONENESS.search(question) is not None


def one_spelling(text: str) -> str:
    for pattern, spelling in SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def is_content(word: Word) -> bool:
    """One sign of kana alone is a slip of the tongue rather than 火 or 酢."""
    return (
        word.part in CONTENT_PARTS
        and word.lemma not in EMPTY | FREQUENT
        and not _KANA.fullmatch(word.surface)
    )


@lru_cache(maxsize=4096)
def content_words(text: str) -> tuple[str, ...]:
    """The words that carry meaning, in normalized form, one word for all that say the same."""
    return tuple(
        FIRST_SYNONYM.get(word.lemma, word.lemma) for word in words(one_spelling(text)) if is_content(word)
    )


def content_of(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def nouns_of(text: str) -> frozenset[str]:
    return frozenset(word.lemma for word in words(one_spelling(text)) if word.part == "名詞")


def words_to_match(question: str, subject: str) -> frozenset[str]:
    """The question's content words that an answer must match: neither the dish nor the words of asking itself."""
    text = one_spelling(unicodedata.normalize("NFKC", question))
    sign = intent_of(text)[0]
    asking = [match.span() for each in (sign, AMOUNTS) if each for match in each.finditer(text)]
    implicit = content_of(subject) | (HEATING if topics_of(question) == FINISH else frozenset())
    content = set()
    end = 0
    for word in words(text):
        start, end = end, end + len(word.surface)
        if is_content(word) and not any(first <= start and end <= last for first, last in asking):
            content.add(FIRST_SYNONYM.get(word.lemma, word.lemma))
    return frozenset(content - implicit)


def only_thing(question: str) -> str:
    """What is named where nothing is asked of it; "" where more is said."""
    spoken = [word for word in words(question) if not word.is_mark and word.part != "記号"]
    is_thing = len(spoken) == 1 and spoken[0].part == "名詞" and is_content(spoken[0])
    return spoken[0].surface if is_thing and _LETTERS.fullmatch(spoken[0].surface) else ""


def suitable_facts(question: str, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Whether food is done, only what shows it may say; how long it takes, the dish's own cue as well."""
    if not (asks_doneness(question) or asks_time(question)):
        return facts
    return [
        fact
        for fact in facts
        if fact.topic in FINISH
        and (DONENESS_SIGNS.search(fact.text) or (asks_time(question) and fact.topic is Topic.STOP))
    ]


def best_fact(
    question: str,
    facts: Sequence[Fact],
    subject: str,
    is_new: Callable[[str], bool] = bool,
    *,
    is_strict: bool = False,
) -> Fact | None:
    """The new fact that answers best, or None when no fact speaks of it; the first of equals. `is_strict`: of all that
    is named.

    Three things count, in this order: the question's words it covers, its kind, and where it is from.
    """
    question_words, topics = words_to_match(question, subject), topics_of(question)
    things = question_words & nouns_of(question)  # 胡椒をかける is not answered by 火にかける
    candidates = [fact for fact in suitable_facts(question, facts) if is_new(fact.text)]
    counts = Counter(word for fact in candidates for word in matches(question_words, fact.searchable_text))
    weight = {word: math.log(1 + (1 + len(candidates)) / (1 + counts[word])) for word in question_words}
    total = sum(weight.values())

    def share(some: Collection[str]) -> float:
        """Of the weight of all the question's words."""
        return sum(weight[word] for word in some) / (total or 1.0)

    def score(fact: Fact) -> float:
        text = fact.main_text if is_strict else fact.searchable_text
        coverage = share(matches(question_words, text)) if question_words else 1.0
        kind = max(1.0 - 0.3 * topics.index(fact.topic), 0.1) if fact.topic in topics else 0.0
        if (
            coverage < (STRICT_COVERAGE if is_strict else MIN_COVERAGE)
            or (things and not matches(things, text))
            or (is_strict and things - matches(things, text))
            or not (kind or (question_words and not topics))
        ):
            return 0.0
        source = LESSON_BONUS if fact.from_lesson else 0.0
        heading = HEADING_BONUS * share(matches(question_words, fact.heading))
        closing = CLOSING_BONUS if question_words & closing_words(fact.text) else 0.0
        return 2 * coverage + kind + source + heading + closing + likeness(question, fact.text)

    best = max(candidates, key=score, default=None)
    return best if best is not None and score(best) > 0 else None


@lru_cache(maxsize=4096)
def closing_words(text: str) -> frozenset[str]:
    """The last word of each sentence: ふたを外しましょう tells when to, ふたを外したら待ちましょう does not."""
    return frozenset(word for sentence in sentences(text) for word in content_words(sentence)[-1:])


def matches(question_words: Collection[str], text: str) -> set[str]:
    """The question's words that the text speaks of: 塩 also matches 塩気, 卵 also 卵液."""
    content = content_of(text)
    return {word for word in question_words if any(each.startswith(word) for each in content)}


def likeness(question: str, text: str) -> float:
    """Decides between equals where words are divided differently (油がはねる, 油はね): pairs of signs in common."""
    return 0.01 * len({*map("".join, pairwise(question))} & {*map("".join, pairwise(text))})
