"""What became of the food, told without a bad word: 水が出た, 煮汁がなくなった, 半分になった, 返したら白かった."""

import re
from collections.abc import Sequence

from pipeline.providers.offline.lexicon import LEAKS, LIQUIDS, QUALITIES, SCALES, UNWANTED
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import (
    ends_with_te,
    is_denied,
    is_manner,
    past_follows,
    subject_of,
)

# What it turned into: nobody aims at it.
SHAPES = re.compile(
    "(半分|分の[一二12]|小さく|ちっちゃく|細く|((ぺちゃん|ぺったん|ぺしゃん)こ|粉々|団子|みたい|のよう))(くらい|ぐらい|ほど)?に?$"
)
ADMIRED = re.compile(
    "(店|屋|屋さん|プロ|シェフ|写真|本物|レストラン|料亭|売り物|お?手本|見本|動画|先生|料理人|いつも|普段|お菓子屋)(みたい|のよう)に$"
)
BURSTS = frozenset(("ぶわ", "どば", "どばどば", "どっと", "だらだら", "どくどく", "どんどん", "全部", "一気"))
PARTS = frozenset(("衣", "皮", "形", "具", "つゆ"))  # what should stay
GRAINS = frozenset(
    ("米", "御飯", "粉", "片栗粉", "小麦粉", "塩", "砂糖", "味噌", "ルー", "麺", "脂", "チーズ")
)


def is_outcome(words: Sequence[Word], index: int) -> bool:
    if is_denied(words, index) or is_manner(words, index):
        return False
    return is_leak(words, index) or is_loss(words, index) or is_shape(words, index)


def is_loss(words: Sequence[Word], index: int) -> bool:
    """煮汁がなくなってた, 香りが飛んだ, ご飯が固まってた."""
    word, subject = words[index], subject_of(words, index)
    return (
        (word.lemma in ("無くなる", "なくなる") and subject in QUALITIES - {"水分"} | PARTS)
        or (word.lemma == "消える" and subject == "火")
        or (
            word.lemma in ("飛ぶ", "逃げる", "落ちる", "弱まる", "薄れる", "消える", "薄まる")
            and subject in QUALITIES | UNWANTED
        )
        or (word.lemma == "固まる" and subject in GRAINS)
    )


def is_shape(words: Sequence[Word], index: int) -> bool:
    """肉が半分くらいになった, スクランブルエッグみたいになって; of what boils down it is only a sign."""
    if words[index].lemma != "成る" or not (past_follows(words, index) or ends_with_te(words, index)):
        return False
    if any(word.inflection.startswith("仮定形") for word in words[index:]):
        return False
    before = "".join(word.surface for word in words[:index])
    told = SHAPES.search(before) is not None and not ADMIRED.search(before)
    return told and not any(word.lemma in LIQUIDS for word in words[:index])


def is_result(words: Sequence[Word], index: int) -> bool:
    """返したら白かった: found out, and worth telling."""
    if words[index].lemma not in SCALES or not past_follows(words, index):
        return False
    return any(word.inflection.startswith("仮定形") for word in words[:index]) and not is_denied(words, index)


def is_leak(words: Sequence[Word], index: int) -> bool:
    """水が出た, 煙が出て, 時間がかかって, 殻が入って, 中が赤い, 色が白い."""
    word = words[index]
    subject = subject_of(words, index)
    return (
        (
            word.lemma in ("出る", "出て来る", "飛び出る", "飛び出す", "漏れる", "上がる", "立つ")
            and subject in LEAKS
        )
        or (
            word.lemma == "出る" and subject == "肉汁" and any(each.lemma in BURSTS for each in words[:index])
        )
        or (word.lemma == "溜まる" and subject in LEAKS | UNWANTED)
        or (word.lemma == "掛かる" and subject == "時間")
        or (word.lemma in ("残る", "有る") and subject == "芯")
        or (word.lemma == "入る" and subject in ("殻", "髪", "骨"))
        or (word.lemma in ("赤い", "ピンク", "赤") and subject in ("中", "中心", "真ん中", "肉", "身"))
        or (word.lemma in ("白い", "茶色") and subject in ("色", "焼き色", "衣", "まま", "表面"))
        or (word.lemma == "入る" and subject in ("す", "巣", "酢"))
        or (word.lemma == "凄い" and subject in LEAKS | UNWANTED)
        or (word.lemma == "甘い" and subject in ("焼き", "詰め", "火"))
        or (word.lemma == "やばい" and bool(subject))
        or (word.lemma == "違う" and any(each.lemma == "思う" for each in words[:index]))
    )
