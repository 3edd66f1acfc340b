"""Turning です・ます sentences of the curriculum into parts of others (香りが立ちます → 香りが立つのを確かめて)."""

import re

from pipeline.providers.offline.lexicon import lemmas
from pipeline.providers.offline.morphology import Word, words
from pipeline.providers.offline.politeness import END_MARKS, VERB_LIKE

MODERN = re.compile("ずる$")  # Sudachi's base of 感じます is 感ずる
CONDITIONAL = dict(zip("うくぐすつぬぶむる", "えけげせてねべめれ", strict=True))
# Nobody can set out to do these: 〜ましょう is not said of them.
UNWILLED = lemmas(
    "なる ある いる できる 見える 聞こえる 戻る 減る 増える 消える 残る 出る 立つ なじむ かまう 足りる 進む 落ち着く 生きる わかる"
)


def plain(sentence: str) -> str:
    """香りが立ちます。 → 香りが立つ; "" for a sentence that does not end in a verb and ます."""
    parts = verb_before_masu(sentence)
    return parts[0] + MODERN.sub("じる", parts[1].base) if parts else ""


def if_plain(sentence: str) -> str:
    """香りが立ちます。 → 香りが立てば; "" where `plain` has none."""
    whole = plain(sentence)
    return whole[:-1] + CONDITIONAL[whole[-1]] + "ば" if whole and whole[-1] in CONDITIONAL else ""


def proposal(sentence: str) -> str:
    """水けをふきます。 → 水けをふきましょう。; "" for what nobody can set out to do."""
    parts = verb_before_masu(sentence)
    if parts is None or parts[1].base in UNWILLED or parts[1].base in VERB_LIKE:
        return ""
    return sentence.strip().rstrip(END_MARKS).removesuffix("ます") + "ましょう。"


def reason(sentence: str) -> str:
    """油に移ります。 → 油に移るからです。; そこが違いです。 → そこが違いだからです。"""
    bare = sentence.strip().rstrip(END_MARKS)
    if whole := plain(sentence):
        return f"{whole}からです。"
    last = [word for word in words(bare) if not word.is_mark][-2:]
    is_noun = len(last) == 2 and last[1].base == "です" and last[0].part in ("名詞", "形状詞", "接尾辞")
    return f"{bare.removesuffix('です')}だからです。" if is_noun else ""


def verb_before_masu(sentence: str) -> tuple[str, Word] | None:
    """What stands before the verb, and the verb; None for another ending."""
    bare = sentence.strip().rstrip(END_MARKS)
    sentence_words = [word for word in words(bare) if not word.is_mark]
    if len(sentence_words) < 2 or sentence_words[-1].surface != "ます":
        return None
    verb = sentence_words[-2]
    if verb.part != "動詞" and verb.base not in VERB_LIKE:
        return None
    return bare.removesuffix(f"{verb.surface}ます"), verb
