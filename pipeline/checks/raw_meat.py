"""Raw meat comes before everything: where the learner tells of it, or the footage shows it, the card begins with it."""

import re

from knowledge_base.raw_meat import Food, food_of, says_raw
from pipeline.providers.ports import CoachingBrief
from pipeline.providers.sentences import sentences

# Faults that end with food raw inside, whichever meat or fish it is.
RAW_FAULTS = frozenset(("undercooked_inside", "coating_dark_early", "crust_burnt_center_raw"))
OPENING = 2  # sentences within which both must be said
_HEAT = re.compile("(?:火|熱)を(?:中まで|しっかり|よく)?通|加熱|(?:焼き|煮|揚げ|温め|蒸し)直|火が通るまで")
_DO_NOT_EAT = re.compile(
    "食べずに|食べないで|食べるのを(?:待|や|止|控)|食べるのは(?:待|や|止|控|まだ)|食べる前に|口にせず|口に(?:入れ|し)ないで|召し上がらず|召し上がらない"
)


def needs_warning(brief: CoachingBrief) -> bool:
    """Whether meat or fish of this cook is, or may be, raw inside."""
    food = food_of(brief.dish.slug)
    is_seen = brief.analysis.fault in RAW_FAULTS and food in (Food.MEAT, Food.FISH)
    memo = brief.structured_input
    told = (brief.transcript, *memo.identified_issues, *memo.questions)
    return is_seen or any(says_raw(words, brief.dish.slug) for words in told)


def warns_first(text: str) -> bool:
    """Whether it begins by saying not to eat it yet, and to heat it through."""
    opening = "".join(sentences(text)[:OPENING])
    return bool(_HEAT.search(opening) and _DO_NOT_EAT.search(opening))


def raw_meat_violations(mondaiten: str, brief: CoachingBrief) -> list[str]:
    if not needs_warning(brief) or warns_first(mondaiten):
        return []
    return [
        "safety: it is raw inside: mondaiten must begin with not eating it yet (食べずに) and heating it through"
    ]
