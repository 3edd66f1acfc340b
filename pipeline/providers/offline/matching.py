"""Which of the things known answers a question: one that speaks of what is asked about, in the way it is asked.

Better none than a neighbour's: a fact must cover the question's own words before its kind counts.
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
    coached: bool = False  # part of the lesson itself, which a question most likely means

    @property
    def spoken(self) -> str:
        return f"{self.text} {self.about}"


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
DONE = re.compile("焼け|揚が|煮え|火[がはの]?通|生焼け|生っぽ|中まで")  # asks whether food is done
SHOWS_DONE = re.compile("赤み|赤い(所|色)|肉汁|透きとお|断面|割って|骨から|竹串|弾力|ほぐれ")
HEATED = lemmas(
    "焼く 焼ける 炒める 煮る 煮える 揚げる 上げる 揚がる 上がる 火 通る 中"
)  # what every sign of doneness is about

# Two ways of saying one thing; the first stands for all.
SAME = tuple(
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
STANDS_FOR = {word: same[0] for same in SAME for word in same}
SPELLINGS = (  # as taught -> as asked, in the signs that are cut into words best
    (re.compile("強い火|強めの火|火を強め|火を強く"), "強火"),
    (re.compile("弱い火|弱めの火|火を弱め|火を弱く"), "弱火"),
    (re.compile("ぶた(?!肉)"), "蓋"),
)
OFTEN = lemmas("毎回 いつも 毎度 全部 ずっと 本当 やはり 普通 一回 かどう")
CONTENT_PARTS = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
ENOUGH = 0.5  # of the weight of a question's own words must be met before a fact may answer
COACHED = 0.3  # what being part of the lesson is worth, against the kind of fact (1) and the words met (2)
NAMED = 0.5  # what it is worth that the very thing asked about is a fact's heading: more than the lesson
CLOSES = 0.2  # what it is worth that a sentence comes to the very thing asked about


def intent_of(question: str) -> tuple[re.Pattern[str] | None, tuple[Topic, ...]]:
    return next(((sign, topics) for sign, topics in INTENTS if sign.search(question)), (None, ()))


def topics_of(question: str) -> tuple[Topic, ...]:
    """What it asks for; several, likeliest first, or none."""
    if asks_amount(question):
        return FINISH if asks_time(question) else TO_TASTE
    return intent_of(question)[1]


def asks_amount(question: str) -> bool:
    return AMOUNTS.search(question) is not None


def asks_time(question: str) -> bool:
    """Of the amounts asked for, those that a cue to stop answers."""
    return TIME.search(question) is not None


def is_of_taste(question: str) -> bool:
    """Of the amounts asked for, those that may safely be found by tasting: neither time nor heat."""
    return asks_amount(question) and not (TIME.search(question) or HEAT.search(question))


def asks_doneness(question: str) -> bool:
    return topics_of(question) == FINISH and DONE.search(question) is not None


def one_spelling(text: str) -> str:
    for pattern, spelling in SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def is_content(word: Word) -> bool:
    return word.part in CONTENT_PARTS and word.lemma not in EMPTY | OFTEN


@lru_cache(maxsize=4096)
def content_words(text: str) -> tuple[str, ...]:
    """The words that carry meaning, in normalized form, one word for all that say the same."""
    return tuple(
        STANDS_FOR.get(word.lemma, word.lemma) for word in words(one_spelling(text)) if is_content(word)
    )


def content_of(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def nouns_of(text: str) -> frozenset[str]:
    return frozenset(word.lemma for word in words(one_spelling(text)) if word.part == "名詞")


def asked_about(question: str, subject: str) -> frozenset[str]:
    """The words an answer must speak of.

    The dish is understood, and so are the words of asking themselves.
    """
    text = one_spelling(unicodedata.normalize("NFKC", question))
    sign = intent_of(text)[0]
    asking = [match.span() for each in (sign, AMOUNTS) if each for match in each.finditer(text)]
    understood = content_of(subject) | (HEATED if topics_of(question) == FINISH else frozenset())
    needed = set()
    end = 0
    for word in words(text):
        start, end = end, end + len(word.surface)
        if is_content(word) and not any(first <= start and end <= last for first, last in asking):
            needed.add(STANDS_FOR.get(word.lemma, word.lemma))
    return frozenset(needed - understood)


def fit_to_answer(question: str, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Whether food is done, only what shows it may say; how long it takes, the dish's own cue as well."""
    if not (asks_doneness(question) or asks_time(question)):
        return facts
    return [
        fact
        for fact in facts
        if fact.topic in FINISH
        and (SHOWS_DONE.search(fact.text) or (asks_time(question) and fact.topic is Topic.STOP))
    ]


def best_fact(
    question: str, facts: Sequence[Fact], subject: str, is_fresh: Callable[[str], bool] = bool
) -> Fact | None:
    """The fresh fact that answers best, or None when nothing known speaks of it; the first of equals.

    Three things count, in this order: the question's words it covers, its kind, and where it is from.
    """
    asked, topics = asked_about(question, subject), topics_of(question)
    things = asked & nouns_of(question)  # 胡椒をかける is not answered by 火にかける
    fresh = [fact for fact in fit_to_answer(question, facts) if is_fresh(fact.text)]
    known = Counter(word for fact in fresh for word in met(asked, fact.spoken))
    weight = {word: math.log(1 + (1 + len(fresh)) / (1 + known[word])) for word in asked}
    total = sum(weight.values())

    def score(fact: Fact) -> float:
        covered = sum(weight[word] for word in met(asked, fact.spoken)) / total if asked else 1.0
        suits = max(1.0 - 0.3 * topics.index(fact.topic), 0.1) if fact.topic in topics else 0.0
        if (
            covered < ENOUGH
            or (things and not met(things, fact.spoken))
            or not (suits or (asked and not topics))
        ):
            return 0.0
        source = COACHED if fact.coached else 0.0
        named = NAMED * sum(weight[word] for word in met(asked, fact.heading)) / (total or 1.0)
        closes = CLOSES if asked & closing_words(fact.text) else 0.0
        return 2 * covered + suits + source + named + closes + likeness(question, fact.text)

    best = max(fresh, key=score, default=None)
    return best if best is not None and score(best) > 0 else None


@lru_cache(maxsize=4096)
def closing_words(text: str) -> frozenset[str]:
    """What its sentences come to: ふたを外しましょう tells when to, ふたを外したら待ちましょう does not."""
    return frozenset(word for sentence in sentences(text) for word in content_words(sentence)[-1:])


def met(asked: Collection[str], text: str) -> set[str]:
    """The asked words a text speaks of: 塩 also meets 塩気, 卵 also 卵液."""
    spoken = content_of(text)
    return {word for word in asked if any(each.startswith(word) for each in spoken)}


def is_related(question: str, facts: Sequence[Fact], subject: str) -> bool:
    """Whether any of its words occur in what is known, so that it is about cooking at all."""
    asked = content_of(question) - content_of(subject)
    return any(met(asked, fact.spoken) for fact in facts)


def likeness(question: str, text: str) -> float:
    """A tie-break for words cut differently (油がはねる, 油はね): pairs of signs in common."""
    return 0.01 * len({*map("".join, pairwise(question))} & {*map("".join, pairwise(text))})
