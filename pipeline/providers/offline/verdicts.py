"""Yes or no: whether what is asked is what the curriculum says, or its contrary."""

import re
from collections.abc import Sequence

from knowledge_base.basics import Basic
from knowledge_base.intents.recognition import asks_yes_or_no
from pipeline.providers.offline import phrases
from pipeline.providers.offline.lexicon import EMPTY, NEGATIONS, lemmas
from pipeline.providers.offline.matching import FIRST_SYNONYM, Fact, Topic, content_of, matches, nouns_of
from pipeline.providers.offline.morphology import Word, words

_NEEDED = re.compile(
    "必要|いりま|要りま|いる[?？]|(ない|なく)(と|ちゃ|ては)[^。]{0,3}(だめ|ダメ|駄目|いけ|ならな|あか)|なければ|なあか|なきゃ"
)
_IS_BAD = re.compile("(悪い|わるい|だめ|駄目|ダメ|いけな|あかん|よくな|良くな|NG|危ない|危険)[^。]{0,6}$")
REFUSALS = NEGATIONS | lemmas("避ける 控える 止める 禁物 要る")
THERE_IS = (Topic.SUBSTITUTE, Topic.ELSEWHERE)  # what such a fact says is that there is something
REACH = 4  # words from the act to its negation: 洗わないでください
_MUST = re.compile("(ない|なく)(と(だめ|ダメ|駄目|いけ|ならな|あか)|ては|ちゃ|きゃ)|なければ|なきゃ")
# Of a verb (洗わなくても), not of a thing that is missing (みりんがなくても).
_NOT_DONE = re.compile(
    "(?<=[わかさたなまらげせてねべめれえしきみびけ])(ない|なく)(ほう|方)?(が|で|ても|でも|て|に)?も?(いい|良い|よい|ええ|大丈夫|平気|おk|ok|済)"
    "|(?<=[かさたなまらがわば])ん(ほう|方)?(が|で|と|ても)も?(いい|ええ|よか|かま|大丈夫|平気)"
)


def verdict_of_basic(question: str, basic: Basic) -> str:
    """はい or いいえ with a comma; "" where neither is asked for."""
    if basic.verdict is None or not asks_yes_or_no(question):
        return ""
    is_contrary = _NEEDED.search(question) if basic.is_substitute else _asks_to_leave(question)
    return _verdict((basic.verdict == "yes") != bool(is_contrary))


def verdict_of_fact(question: str, fact: Fact) -> str:
    """As of a basic; "" too where its heading is not of the very thing and act. What is safe is never told by a heading."""
    if not asks_yes_or_no(question):
        return ""
    if fact.topic in THERE_IS:
        return phrases.YES
    act = _act(words(question))
    things = content_of(question) & nouns_of(question)
    if not act or things - matches(things, fact.heading):
        return ""
    is_left = _is_left(words(fact.heading), act)
    if is_left is None:
        return ""
    verdict = _verdict(is_left == _asks_to_leave(question))
    return "" if fact.topic is Topic.SAFETY and verdict == phrases.YES else verdict


def _verdict(is_yes: bool) -> str:
    return phrases.YES if is_yes else phrases.NO


def _asks_to_leave(question: str) -> bool:
    """しなくてもいいですか: whether it may be left."""
    return (
        _MUST.search(question) is None
        and (_NOT_DONE.search(question) or _IS_BAD.search(question)) is not None
    )


def _act(question: Sequence[Word]) -> str:
    """What would be done: the last verb that says something."""
    acts = [_lemma(word) for word in question if word.part == "動詞" and word.lemma not in EMPTY]
    return acts[-1] if acts else ""


def _is_left(text: Sequence[Word], act: str) -> bool | None:
    """Whether the text says to leave it; None where it does not speak of it."""
    places = [index for index, word in enumerate(text) if _lemma(word) == act]
    if not places:
        return None
    after = text[places[-1] + 1 : places[-1] + 1 + REACH]
    return any(word.lemma in REFUSALS for word in after)


def _lemma(word: Word) -> str:
    return FIRST_SYNONYM.get(word.lemma, word.lemma)
