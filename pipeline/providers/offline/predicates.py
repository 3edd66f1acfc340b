"""How a thing is told: as what happened, or denied, supposed, feared, or only a property of something else."""

from collections.abc import Sequence

from pipeline.providers.offline.lexicon import (
    BECOMING,
    DEPENDENT_VERBS,
    FEARS,
    FORMAL_NOUNS,
    NEGATIONS,
    RELEASES,
)
from pipeline.providers.offline.morphology import Word

DEPENDENT_PARTS = ("助動詞", "助詞", "接尾辞")


def ending(words: Sequence[Word], index: int) -> int:
    """Where the next word of meaning after this predicate stands; after a link (たら, ので) it is over too."""
    for place in range(index + 1, len(words)):
        word = words[place]
        dependent = (
            word.part in DEPENDENT_PARTS or word.lemma in DEPENDENT_VERBS or word.subpart == "助動詞語幹"
        )
        if not dependent:
            return place
        if word.subpart in ("準体助詞", "接続助詞") and word.surface not in ("て", "で"):
            return place + 1
    return len(words)


def is_denied(words: Sequence[Word], index: int) -> bool:
    """焦げなかった, 困ったことはない, だまにならず, 臭みが抜けた, 失敗ちゃう."""
    end = ending(words, index)
    tail = words[index + 1 : end + 1]
    if any(word.lemma in NEGATIONS or word.lemma == "難い" for word in tail) or is_denied_dialect(
        words, index
    ):
        return True
    following = words[end] if end < len(words) else None
    if any(word.lemma == "以外" for word in words[end : end + 2]):  # 焦げた所以外は
        return True
    formal = following is not None and following.lemma in FORMAL_NOUNS
    just_so = formal or any(word.surface in ("くらい", "ぐらい", "の") for word in tail)
    if just_so and any(word.lemma in ("好き", "丁度", "良い") for word in words[end : end + 4]):
        return True
    if formal or words[index].part == "名詞":
        return is_gone(words[end:])
    return index > 0 and words[index - 1].lemma in ("丁度", "程良い", "適度", "良い")


def is_denied_dialect(words: Sequence[Word], index: int) -> bool:
    following = words[index + 1] if index + 1 < len(words) else None
    return (
        following is not None
        and following.lemma in ("違う", "ちゃう")
        and words[index].part in ("名詞", "形状詞")
    )


def is_gone(rest: Sequence[Word]) -> bool:
    """Whether the next verb or adjective says that it is not there: なかった, 気にならない, とれた."""
    for index, word in enumerate(rest):
        if word.lemma in NEGATIONS:
            return True
        if word.part in ("動詞", "形容詞") and word.lemma not in DEPENDENT_VERBS:
            negated = any(each.lemma in NEGATIONS for each in rest[index + 1 : ending(rest, index) + 1])
            return negated != (word.lemma in RELEASES)
    return False


def is_supposed(words: Sequence[Word], index: int) -> bool:
    """焦げたら, 焦げると, 焦げても, 焦げそう, 焦げる前に, 焦げるかと思って, 焦げるのが怖くて: nothing happened yet."""
    end = ending(words, index)
    tail = words[index + 1 : end]
    surfaces = "".join(word.surface for word in tail)
    following = words[end].lemma if end < len(words) else ""
    past = any(is_past(word) for word in tail)
    if any(word.inflection.startswith("仮定形") for word in words[index:end]):
        return True
    if surfaces.endswith(("ても", "でも", "まで")) or any(is_seeming(word) for word in tail):
        return True
    if following == "侭" and "".join(word.surface for word in words[end + 1 : end + 3]) == "でも":
        return True
    if surfaces.endswith("かなと") and any(word.inflection.startswith("仮定形") for word in words[end:]):
        return True  # 固いかなと思ったら
    if not past and surfaces.endswith(("か", "かと")) and following in ("思う", "怖い"):
        return True
    if past:
        return False
    if surfaces in ("が", "は", "も", "") and is_feared(words[end:]):
        return words[index].part != "形容詞"
    if end < len(words) and words[end].surface == "か" and end + 1 < len(words):  # 濃いんか多いんか
        return True
    if end < len(words) and (
        surfaces.endswith("か") or following in ("聞く", "言う")
    ):  # 固いか, 崩れると聞いて
        return surfaces.endswith(("か", "と", "って")) and following != "言う"
    if any(word.lemma == "易い" for word in tail):  # 焦げやすいので: how it is, not what happened
        return ends_because(words) or (end < len(words) and words[end].lemma != "気")
    is_open_end = bool(tail) and tail[-1].surface == "と" and tail[-1].subpart == "接続助詞"
    return is_open_end or following == "前" or (surfaces.endswith(("の", "こと")) and is_feared(words[end:]))


def is_seeming(word: Word) -> bool:
    return word.base == "そう" and word.subpart == "助動詞語幹"


def is_feared(rest: Sequence[Word]) -> bool:
    """〜のが怖い, 〜のを防ぐ."""
    return next((word.lemma in FEARS for word in rest if word.part != "助詞"), False)


def is_property(words: Sequence[Word], index: int) -> bool:
    """固い肉を, 半生の鰹節: what it was before; 固い肉でした and 固い所 tell how it became."""
    end = ending(words, index)
    if end >= len(words) or words[end].part not in ("名詞", "接頭辞", "代名詞"):
        return False
    if words[end].lemma in FORMAL_NOUNS or not binds_noun(
        words[end - 1], is_noun=words[index].part == "名詞"
    ):
        return False
    place = end
    while place < len(words) and words[place].part in ("名詞", "接頭辞", "接尾辞", "代名詞"):
        place += 1
    rest = words[place : place + 3]
    surfaces = "".join(word.surface for word in rest)
    told = surfaces.startswith(("です", "でし", "だっ", "だな", "だよ", "がし", "がす")) or not rest
    became = len(rest) > 1 and rest[0].surface in ("に", "が") and rest[1].lemma in BECOMING
    because = any(word.surface in ("ので", "から") for word in words[place:]) or ends_because(words)
    return not ((told and not because) or became)


def binds_noun(last: Word, *, is_noun: bool) -> bool:
    if last.surface == "の":
        return is_noun
    return last.inflection.startswith(("連体形", "終止形")) or last.surface in ("な", "た")


def ends_because(words: Sequence[Word]) -> bool:
    return "".join(word.surface for word in words[-3:]).rstrip("、, ").endswith(("ので", "から"))


def is_manner(words: Sequence[Word], index: int) -> bool:
    """薄く切る, 弱くして: done so on purpose; 薄くなる, 薄く感じる tell how it became."""
    word = words[index]
    if word.part != "形容詞" or not word.surface.endswith("く") or index + 1 >= len(words):
        return False
    following = words[index + 1]
    if following.lemma in BECOMING or following.lemma in NEGATIONS or following.is_mark:
        return False
    return following.part in ("動詞", "名詞")


def past_follows(words: Sequence[Word], index: int) -> bool:
    """おいしかった, うまくできた: it happened, it is no wish."""
    for word in words[index + 1 : index + 6]:
        if word.part == "名詞" or word.surface == "か" or word.subpart == "接続助詞":
            return False
        if is_past(word):
            return True
    return False


def is_past(word: Word) -> bool:
    return word.conjugation == "助動詞-タ" and not word.inflection.startswith("仮定形")


def ends_with_te(words: Sequence[Word], index: int) -> bool:
    end = ending(words, index)
    return words[end - 1].surface in ("て", "で")


def subject_of(words: Sequence[Word], index: int) -> str:
    """The noun before the nearest が, は, も, の, を or nothing."""
    for place in range(index - 1, -1, -1):
        if words[place].part in ("名詞", "代名詞") and words[place].subpart != "助数詞可能":
            return words[place].lemma
        if words[place].part in ("動詞", "形容詞"):
            return ""
    return ""
