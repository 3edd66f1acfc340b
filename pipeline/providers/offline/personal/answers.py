"""Answers in the chat as this learner can use them."""

import re
from collections.abc import Sequence

from knowledge_base.basics import Basic, basics
from knowledge_base.foods import Avoided, avoided_by
from pipeline.checks.diet import asks_substitute, avoided_in_answer, diet_violations, without_avoided
from pipeline.checks.eaters import advises_half_raw
from pipeline.providers.offline.composing import full_sentences
from pipeline.providers.offline.everyday import everyday
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.personal.care import eaters_of
from pipeline.providers.ports import QuestionBrief
from pipeline.refinements import FLAMELESS

LENGTHS = {"short": 90, "medium": 300, "long": 300}  # characters; 300 are read in one glance on a phone
OFFERS = re.compile(
    "使[えい]|作れ|足し|補|送る|替え|加え|でも"
)  # of an answer that says what to take instead
HALF_RAW = ("半熟", "レア", "赤みを残", "ミディアム")


def length(brief: QuestionBrief) -> int:
    return LENGTHS.get(brief.profile.detail_level, LENGTHS["medium"])


def wants_the_point_only(brief: QuestionBrief) -> bool:
    return brief.profile.detail_level == "short"


def everyday_for(
    brief: QuestionBrief, question: str, *, subject: str = "", is_fallback: bool = False
) -> Basic | None:
    """None where the answer is of no use to them; then the coach looks further."""
    basic = everyday(question, subject=subject, is_fallback=is_fallback)
    if basic is None:
        return None
    if "炎" in basic.answer and "消" not in basic.answer and brief.profile.kitchen_heat in FLAMELESS:
        return _without_flame(basic, brief.profile.kitchen_heat)
    avoided = avoided_by(brief.profile) if basic.is_substitute else avoided_in_answer(brief)
    whole = full_sentences(basic.answer)
    left = _what_is_left(whole, avoided)
    if brief.profile.vulnerable_eaters:
        left = [each for each in left if not advises_half_raw(each)]
    if left == whole:
        return basic
    if basic.is_substitute and not any(OFFERS.search(each) for each in left):
        return None
    return basic.model_copy(update={"answer": "".join(left), "verdict": None}) if left else None


def _what_is_left(sentences: Sequence[str], avoided: Avoided) -> list[str]:
    """What explains an offer goes with it."""
    left: list[str] = []
    is_gone = False
    for sentence in sentences:
        kept = without_avoided(sentence, avoided)
        if not kept or diet_violations(kept, avoided):
            is_gone = True
        elif not is_gone or OFFERS.search(kept):
            left.append(kept)
            is_gone = False
    return left


def foods_left_out(brief: QuestionBrief) -> str:
    """What they avoid, where they ask what else to use; "" where that is no matter."""
    if not asks_substitute(brief):
        return ""
    return "や".join(avoided_by(brief.profile).names)


def eaters_line(brief: QuestionBrief, told: str) -> str:
    """Where the answer speaks of food that is half raw: who eats with them must not have it so."""
    if not brief.profile.vulnerable_eaters or not any(word in told for word in HALF_RAW):
        return ""
    words = phrases.EATERS_EGG if "卵" in told or "半熟" in told else phrases.EATERS_MEAT
    return words.format(eaters=eaters_of(brief.profile))


def _without_flame(basic: Basic, stove: str) -> Basic:
    if stove == "radiant":
        return basic.model_copy(update={"answer": phrases.RADIANT_LEVELS, "verdict": None})
    induction = next(each for each in basics() if each.id == "induction")
    return induction.model_copy(update={"verdict": None})
