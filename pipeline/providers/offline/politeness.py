"""Turning notes in the plain style (焼き色がつかない。) into what a coach says (焼き色がつきません。)."""

import re

from pipeline.providers.offline.morphology import Word, words

POLITE_END = re.compile(r"(です|ます|でした|ました|ません|ましょう|ください|でしょう)(ね|よ|よね|か)?$")
END_MARKS = "。！？!?"
VERB_LIKE = frozenset(("れる", "られる", "せる", "させる", "てる", "でる", "ちゃう"))
# The last kana of a five-step verb's dictionary form, and the one that ます follows.
FIVE_STEP = dict(zip("うくぐすつぬぶむる", "いきぎしちにびみり", strict=True))


def is_polite(sentence: str) -> bool:
    return POLITE_END.search(sentence.rstrip(END_MARKS)) is not None


def polite_sentence(sentence: str) -> str:
    """One sentence in です・ます, with a mark at its end; a polite one stays as it is."""
    bare = sentence.strip().rstrip(END_MARKS)
    if not bare or is_polite(bare):
        return bare and f"{bare}。"
    sentence_words = [word for word in words(bare) if not word.is_mark]
    past = len(sentence_words) > 1 and sentence_words[-1].conjugation == "助動詞-タ"
    predicate = sentence_words[:-1] if past else sentence_words
    head = bare.removesuffix(sentence_words[-1].surface) if past else bare
    return polite_predicate(head, predicate, past) + "。"


def observation_sentence(observation: str) -> str:
    """An analyst's note as a sentence: to a bare noun phrase it adds が見られました."""
    bare = observation.strip().rstrip(END_MARKS)
    if not bare:
        return ""
    last = words(bare)[-1]
    is_phrase = last.part in ("名詞", "接尾辞", "代名詞") and last.surface != "まま"
    return f"{bare}が見られました。" if is_phrase else polite_sentence(bare)


def polite_predicate(head: str, predicate: list[Word], past: bool) -> str:
    """`head` ends in the predicate, without た."""
    last = predicate[-1]
    before = head.removesuffix(last.surface)
    if last.part == "動詞" or last.base in VERB_LIKE:
        return before + before_masu(last) + ("ました" if past else "ます")
    if last.base == "ない" and len(predicate) > 1 and predicate[-2].part == "動詞":
        verb = predicate[-2]
        return before.removesuffix(verb.surface) + before_masu(verb) + ("ませんでした" if past else "ません")
    if last.lemma == "無い" and last.part == "形容詞":
        return before + ("ありませんでした" if past else "ありません")
    if last.base == "だ":
        return before + ("でした" if past else "です")
    return head + ("たです" if past else "です")


def before_masu(verb: Word) -> str:
    """焼く → 焼き, 見える → 見え, する → し, 来る → 来."""
    base = verb.base
    if verb.conjugation.startswith("五段"):
        return base[:-1] + FIVE_STEP[base[-1]]
    if verb.conjugation.startswith("サ行変格"):
        return base.removesuffix("する") + "し"
    if base == "くる":
        return "き"
    return base[:-1]
