"""Words of care that one learner needs: who eats with them, what they avoid, their knife, their oil, their senses."""

from collections.abc import Iterator

from knowledge_base.content import Trait
from knowledge_base.foods import Avoided, avoided_by, foods_of
from knowledge_base.profile import Profile, is_unsure
from knowledge_base.raw_meat import Food, food_of
from pipeline.checks.diet import seen_foods
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.personal import phrases
from pipeline.providers.ports import CoachingBrief

MOST = 2  # of what only this kitchen needs: more would bury the first line
HOT = ("oil", "smoke", "heat", "fire")


def plate(brief: CoachingBrief) -> Iterator[str]:
    """Said before all other care: who must not have it half raw, and who must not have it at all."""
    profile = brief.profile
    core = foods_of(brief.dish, usual=False)
    seen = seen_foods(brief)
    yield from eaters_lines(profile, core | seen, brief)
    for line, held in ((phrases.COOKED_AVOIDED, core), (phrases.SEEN_AVOIDED, seen - core)):
        if avoided := Avoided(tuple(key for key in avoided_by(profile).families if key in held)):
            yield line.format(foods="や".join(avoided.names))


def eaters_of(profile: Profile) -> str:
    return "や".join(phrases.EATERS[each] for each in profile.vulnerable_eaters)


def eaters_lines(profile: Profile, cooked: frozenset[str], brief: CoachingBrief) -> Iterator[str]:
    if not profile.vulnerable_eaters:
        return
    eaters = eaters_of(profile)
    kind = food_of(brief.dish.slug)
    is_meat = kind in (Food.MEAT, Food.WHOLE_BEEF)
    if "egg" in cooked and is_meat:
        yield phrases.EATERS_EGG_AND_MEAT.format(eaters=eaters)
    elif "egg" in cooked:
        yield phrases.EATERS_EGG.format(eaters=eaters)
    elif is_meat:
        yield phrases.EATERS_MEAT.format(eaters=eaters)
    if kind is Food.FISH:
        yield phrases.EATERS_FISH.format(eaters=eaters)


def kitchen(brief: CoachingBrief, lesson: Lesson, danger: str | None) -> list[str]:
    """Said after the danger of the lesson itself, the nearest to it first."""
    return list(dict.fromkeys(_kitchen(brief, lesson, danger)))[:MOST]


def _kitchen(brief: CoachingBrief, lesson: Lesson, danger: str | None) -> Iterator[str]:
    profile, traits = brief.profile, brief.dish.traits
    if danger == "knife" or lesson.skill == "cutting":
        yield from knife(profile)
    if danger in ("raw", "doneness") and is_unsure(profile.raw_food_comfort):
        yield phrases.RAW_BY_TOOL
    if danger == "doneness" and "colour" in profile.sense_limits:
        yield phrases.NO_COLOUR
    if danger in HOT:
        yield from stove(profile, is_oil=danger == "oil" or Trait.DEEP_FRIED in traits)
    if lesson.skill in ("seasoning", "dashi") and "taste" in profile.sense_limits:
        yield phrases.NO_TASTE


def knife(profile: Profile) -> Iterator[str]:
    if profile.knife_sharpness in ("dull", "never"):
        yield phrases.KNIFE_DULL
    if is_unsure(profile.knife_confidence):
        yield phrases.KNIFE_SLOWLY
    if profile.dominant_hand == "left":
        yield phrases.LEFT_KNIFE


def stove(profile: Profile, *, is_oil: bool) -> Iterator[str]:
    if is_oil and is_unsure(profile.frying_comfort):
        yield phrases.OIL_FEAR
    if is_oil and profile.kitchen_heat == "ih":
        yield phrases.IH_OIL
    if profile.kitchen_heat == "portable":
        yield phrases.PORTABLE
    if "smell" in profile.sense_limits:
        yield phrases.NO_SMELL
    if "sound" in profile.sense_limits:
        yield phrases.NO_SOUND
    if "nonstick" in profile.pans:
        yield phrases.NONSTICK
    if profile.hood == "none":
        yield phrases.NO_HOOD
    if profile.hood == "weak":
        yield phrases.WEAK_HOOD
