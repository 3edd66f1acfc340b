"""Which of the things known answers a question: by what it asks for and by the words it shares."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from pipeline.providers.offline.lexicon import EMPTY
from pipeline.providers.offline.morphology import words


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
    lead: str = ""  # a sentence that introduces it
    coached: bool = False  # part of the lesson itself, which a question most likely means


# What a question asks for, narrowest first.
INTENTS = (
    (re.compile("アレルギー"), (Topic.ALLERGY,)),
    (re.compile("代わり|代用|かわりに|(なく|無く)ても|がない|ない(とき|場合)|の代わり"), (Topic.SUBSTITUTE,)),
    (
        re.compile(
            "やけど|火傷|はね|跳ね|怖|こわ|危な|安全|食中毒|生焼け|生っぽ|食べても|食べられ|腐|期限|保存"
        ),
        (Topic.SAFETY, Topic.HOW),
    ),
    (re.compile("ほかの料理|他の料理|別の料理|応用"), (Topic.ELSEWHERE,)),
    (re.compile("立て直|失敗し(た|ちゃった|てしまった)|戻せ|挽回|リカバリ|途中で"), (Topic.RECOVER,)),
    (re.compile("なぜ|なんで|どうして|理由|原因|悪かった|いけなかった"), (Topic.WHY,)),
    (re.compile("やめ|止め|とめ|いつまで|終わり|仕上が|引き上げ|おろす"), (Topic.STOP, Topic.SIGN)),
    (re.compile("始め|最初|いつ|タイミング|入れる(の|とき)|順番|目安"), (Topic.START, Topic.SIGN, Topic.HOW)),
    (re.compile("音|香り|におい|匂い|色|見た目|見分け|感触"), (Topic.SENSES, Topic.SIGN)),
    (
        re.compile("どう(すれ|し|やっ)|コツ|方法|やり方|したい|防|ほうがいい|方がいい"),
        (Topic.HOW, Topic.RECOVER),
    ),
)
AMOUNTS = re.compile(
    "何(分|秒|グラム|g|cc|ml|度|杯|個|本|リットル)|どのくらい|どれくらい|どれぐらい|量|分量|割合|温度|時間"
)
COOKING_TIME = re.compile("分(?!量)|秒|時間|温度|何度|焼|炒|煮|揚|ゆで|茹|蒸")
CONTENT_PARTS = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
ENOUGH = 0.5  # of a question's weight in words must be met before a fact without its topic may answer
COACHED = 0.3  # what being part of the lesson is worth against the words shared


def topics_of(question: str) -> tuple[Topic, ...]:
    """What it asks for; several, likeliest first, or none."""
    return next((topics for sign, topics in INTENTS if sign.search(question)), ())


def asks_amount(question: str) -> bool:
    return AMOUNTS.search(question) is not None


def asks_time(question: str) -> bool:
    """Of the numbers asked for, those that a cue to stop answers."""
    return COOKING_TIME.search(question) is not None


@lru_cache(maxsize=4096)
def content_of(text: str) -> frozenset[str]:
    """The words that carry meaning, in normalized form."""
    return frozenset(
        word.lemma for word in words(text) if word.part in CONTENT_PARTS and word.lemma not in EMPTY
    )


def best_fact(
    question: str, facts: Sequence[Fact], subject: str, is_fresh: Callable[[str], bool] = bool
) -> Fact | None:
    """The fresh fact that answers best, or None when nothing known speaks of it.

    `subject` (the dish's name) is understood, so sharing it counts for nothing.
    """
    asked = content_of(question) - content_of(subject)
    topics = topics_of(question)
    fresh = [fact for fact in facts if is_fresh(fact.text)]
    known = Counter(word for fact in fresh for word in met(asked, fact))
    weight = {word: math.log(1 + (1 + len(fresh)) / (1 + known[word])) for word in asked}
    total = sum(weight.values()) or 1.0

    def score(fact: Fact) -> float:
        shared = sum(weight[word] for word in met(asked, fact)) / total
        suits = (1.0 - 0.3 * topics.index(fact.topic)) if fact.topic in topics else 0.0
        if (asked and not shared) or (not asked and not suits) or (not suits and shared < ENOUGH):
            return 0.0
        return shared + suits + (COACHED if fact.coached else likeness(question, fact.text))

    best = max(fresh, key=score, default=None)
    return best if best is not None and score(best) > 0 else None


def met(asked: frozenset[str], fact: Fact) -> set[str]:
    """The asked words a fact speaks of: 塩 also meets 塩気, 卵 also 卵液."""
    spoken = content_of(f"{fact.text} {fact.about}")
    return {word for word in asked if any(each.startswith(word) for each in spoken)}


def is_related(question: str, facts: Sequence[Fact], subject: str) -> bool:
    """Whether any of its words occur in what is known, so that it is about cooking at all."""
    asked = content_of(question) - content_of(subject)
    return any(met(asked, fact) for fact in facts)


def likeness(question: str, text: str) -> float:
    """A tie-break for words cut differently (油がはねる, 油はね): pairs of signs in common."""
    return 0.01 * len({*map("".join, pairwise(question))} & {*map("".join, pairwise(text))})


def by_senses(facts: Sequence[Fact]) -> list[Fact]:
    """What to answer with when a number is asked for: the cues to stop by first."""
    order = (Topic.STOP, Topic.SIGN, Topic.SENSES)
    return sorted((fact for fact in facts if fact.topic in order), key=lambda fact: order.index(fact.topic))
