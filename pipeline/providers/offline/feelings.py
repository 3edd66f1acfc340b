"""How the learner feels, heard and answered; a feeling is no observation of the dish."""

from collections.abc import Sequence

from pipeline.providers.offline import phrases
from pipeline.providers.offline.lexicon import EMOTIONS, NEEDS_NEGATION, NEGATIONS, lemmas
from pipeline.providers.offline.morphology import Word, words
from pipeline.providers.ports import CoachingBrief

# What `EMOTIONS` need not know to read a memo, but a coach does to answer it.
MORE = {
    "嬉しい": lemmas("幸せ 感激 ほっと 安心"),
    "悔しい": lemmas("苛々 いらいら 腹立つ 歯痒い むかつく"),
    "不安": lemmas("緊張 どきどき 恐れる びくびく"),
    "焦り": lemmas("焦り パニック"),
    "落ち込み": lemmas("凹む へこむ 落胆 情けない 恥ずかしい 自己嫌悪 挫ける 滅入る 辛い つらい"),
    "疲れ": lemmas("疲れ くたくた 草臥れる 面倒 怠い 眠い"),
}


DISCOURAGED = frozenset(("悔しい", "不安", "焦り", "落ち込み"))


def feeling_of(brief: CoachingBrief) -> str:
    """A key of `phrases.FEELINGS`; the feeling as it was written where none fits; "" where none shows."""
    named = brief.structured_input.emotional_state.strip()
    if named in phrases.FEELINGS:
        return named
    return feeling_in(words(named)) or named or feeling_in(words(brief.transcript))


def feeling_in(text_words: Sequence[Word]) -> str:
    """The last feeling that is named and not denied."""
    found = [label for index in range(len(text_words)) if (label := feeling_at(text_words, index))]
    return found[-1] if found else ""


def feeling_at(text_words: Sequence[Word], index: int) -> str:
    word = text_words[index]
    lemma = word.lemma
    after = text_words[index + 1].part if index + 1 < len(text_words) else ""
    is_adverb = lemma == "大変" and after not in ("助動詞", "")  # 大変おいしい
    if is_adverb or "辛" in word.surface:  # hot of taste, far oftener than hard to bear
        return ""
    following = {word.lemma for word in text_words[index + 1 : index + 5]}
    if bool(following & NEGATIONS) != (lemma in NEEDS_NEGATION):
        return ""
    return next(
        (
            label
            for label in phrases.FEELINGS
            if lemma in EMOTIONS.get(label, ()) or lemma in MORE.get(label, ())
        ),
        "",
    )


def answer_to_feeling(brief: CoachingBrief, *, is_raw: bool) -> str:
    """ "" where none shows; gladness about raw meat is led on to safety."""
    feeling = feeling_of(brief)
    if not feeling:
        return ""
    if is_raw and feeling in phrases.GLAD_OF_RAW:
        return phrases.GLAD_OF_RAW[feeling]
    return phrases.FEELINGS.get(feeling, phrases.FEELING_OTHER)[brief.session_number - 1]
