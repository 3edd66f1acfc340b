"""What a memo's question is about: only facts that say so themselves may answer it."""

import re
from collections.abc import Sequence

from pipeline.providers.offline.lexicon import lemmas
from pipeline.providers.offline.matching import (
    FIRST_SYNONYM,
    Fact,
    Topic,
    asks_doneness,
    asks_time,
    content_of,
    is_content,
    matches,
    one_spelling,
    topics_of,
)
from pipeline.providers.offline.morphology import Word, words

# What is next, or how it would have gone well, of nothing in particular: the next action.
NEXT = re.compile(
    "次|つぎ|今度|これから|何に気を|何を(意識|直|変え)|どこを(直|変え)|(コツ|こつ|アドバイス|課題|改善点)[はをって]*(教え|ありま|何|知り)?"
    "|どう(すれば|したら|やれば|するのが)(よかった|良かった|いい|良い|よい)"
)
# The words of asking itself, beside those of `lexicon.EMPTY`.
ASKING_NOUNS = lemmas(
    "課題 意識 今度 安全 注意 目標 改善 改善点 アドバイス 分 秒 加熱 確認 見分け 割合 分量 量 時間 自分 感覚 練習 基準 判断 正解 こと もの とき"
)
ASKING_VERBS = lemmas("気 付ける つける 直す 変える 意識 試す 見分ける 確かめる 為る 遣る 知れる やる")
TOPIC_MARKS = ("は", "って", "とは", "なら", "も")
CASE_MARKS = ("が", "を", "で", "に", "でも")
# Facts say it in other words.
RELATED = {
    "温度": lemmas("温度 煙 予熱 温まる さらさら ジュッ"),
    "火加減": lemmas("火加減 火 強火 弱火 中火"),
    "音": lemmas("音 鳴る 響く"),
    "香り": lemmas("香り 香ばしい 匂い 薫る 香る"),
    "匂い": lemmas("匂い 香り 臭い 臭み"),
    "色": lemmas("色 焼き色 色付く 狐色"),
    "酸味": lemmas("酸味 酸っぱい 酸"),
    "米": lemmas("米 御飯"),
    "味付け": lemmas("味付け 味 塩 調味料"),
    "塩加減": lemmas("塩 塩気 味見"),
}

LOOKING_LIKE = re.compile("([水油粉脂生]っぽ)(?:く|い|かった|さ)?")  # 水っぽい is not about water
RECOGNISING = re.compile(
    "見分け|見極め|わか|分か|確かめ|どんな|目安|合図|サイン|温度|加減|色|音|香り|におい|匂い|食感|か(どうか)?は?$"
)
FIRE = re.compile("炎|燃え|火事|消火|引火")


def asks_next(question: str) -> bool:
    return NEXT.search(question) is not None and not (things_asked(question) or deeds_asked(question))


def facts_about(question: str, facts: Sequence[Fact], subject: str) -> Sequence[Fact]:
    """Those that say what is asked about. Whether food is done, and what it must not hold, is told in other words."""
    if asks_doneness(question) or asks_time(question):
        return facts
    facts = [fact for fact in facts if is_of_kind(question, fact)]
    deeds = [] if things_asked(question, subject) else deeds_asked(question, subject)
    return [
        fact
        for fact in facts
        if fact.topic is Topic.ALLERGY
        or says_itself(question, fact, subject)
        or (deeds and says(deeds, fact.searchable_text))  # a fault's name, or learners' words for it
    ]


def is_of_kind(question: str, fact: Fact) -> bool:
    """How it looks when it is right is no answer to when or why; nor is what to do with a fire, but to who asks of one."""
    is_sign = fact.topic in (Topic.SIGN, Topic.SENSES, Topic.FAILURE)
    is_of_fire = FIRE.search(fact.text) is not None and Topic.SAFETY not in topics_of(question)
    return not is_of_fire and not (is_sign and not RECOGNISING.search(question))


def says_itself(question: str, fact: Fact, subject: str) -> bool:
    things = things_asked(question, subject)
    return says(things or deeds_asked(question, subject), f"{fact.text} {fact.lead}")


def says(things: Sequence[str], text: str) -> bool:
    return all(
        thing in text if LOOKING_LIKE.match(thing) else matches(RELATED.get(thing, (thing,)), text)
        for thing in things
    )


def things_asked(question: str, subject: str = "") -> Sequence[str]:
    """The nouns before the topic's mark (油の温度は), else before another, else any."""
    asked = words(LOOKING_LIKE.sub("、", one_spelling(question)))
    dish = content_of(subject)
    for marks in (TOPIC_MARKS, CASE_MARKS):
        for index, word in enumerate(asked):
            if word.surface in marks and (found := things_before(asked, index, dish)):
                return found
    return [thing_of(word) for word in asked if is_thing(word) and thing_of(word) not in dish]


def deeds_asked(question: str, subject: str = "") -> Sequence[str]:
    """焦げないように, べちゃっと: what a question without a thing is about."""
    asked = [word for word in words(LOOKING_LIKE.sub("、", one_spelling(question))) if is_content(word)]
    deeds = LOOKING_LIKE.findall(question) + [
        thing_of(word) for word in asked if word.lemma not in ASKING_VERBS | ASKING_NOUNS
    ]
    return [deed for deed in deeds if deed not in content_of(subject)]


def things_before(asked: Sequence[Word], index: int, dish: frozenset[str]) -> list[str]:
    """Of しょうがの皮は both: a part is no answer for the whole."""
    found = []
    for word in reversed(asked[:index]):
        if is_thing(word):
            found.append(thing_of(word))
        elif word.surface not in ("の", "と", "や", "、") and word.part != "接頭辞":
            break
    return [thing for thing in found if thing not in dish]


def is_thing(word: Word) -> bool:
    return word.part == "名詞" and is_content(word) and word.lemma not in ASKING_NOUNS


def thing_of(word: Word) -> str:
    return FIRST_SYNONYM.get(word.lemma, word.lemma)
