"""The word of care: of the danger that this lesson brings near, in the dish's own words where they fit it."""

import re

from knowledge_base.profile import NOTHING_TOLD
from knowledge_base.raw_meat import Food, food_of
from pipeline.checks.diet import avoided_in
from pipeline.checks.hazards import hazard_of
from pipeline.checks.raw_meat import RAW_FAULTS, needs_warning
from pipeline.providers.offline import phrases
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.lexicon import lemmas
from pipeline.providers.offline.matching import nouns_of
from pipeline.providers.offline.personal.care import kitchen, plate
from pipeline.providers.offline.personal.fitting import fitting_text
from pipeline.providers.offline.politeness import is_polite
from pipeline.providers.ports import CoachingBrief

DONE = re.compile("肉汁(?:が澄|が透|の色|を見)|赤み|赤い所|骨から|中まで火|中心まで")
EGGS = "egg_cookery"
FIRES = frozenset(("flames_in_pan",))
SMOKES = frozenset(("oil_smoking",))
KNIVES = frozenset(("unsafe_knife_hand",))
EVERYWHERE = lemmas("油 火 鍋 手 水 中 縁 熱 料理 食材 所 時 前 後 具")  # in common with every lesson
EVERYDAY = frozenset(("knife", "oil", "steam", "heat"))
TOOLS = frozenset(("cross_contamination",))


def safety(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Empty for advice without a danger."""
    danger = danger_of(brief, lesson)
    lines = [line_for(danger, brief, lesson)] if danger else []
    is_of_egg = lesson.skill == EGGS or "卵" in lesson.next_action + lesson.success_sign
    if is_of_egg and not brief.profile.vulnerable_eaters:  # who are named, and first
        lines.append(line_for("egg", brief, lesson))
    if brief.profile != NOTHING_TOLD:
        lines = [*plate(brief), *fitting_lines(lines, brief), *kitchen(brief, lesson, danger)]
    return [*lines, phrases.RAW_EATEN] if needs_warning(brief) else lines


def fitting_lines(lines: list[str], brief: CoachingBrief) -> list[str]:
    """A danger never goes without a word."""
    fitting = (fitting_text(line, brief.profile, avoided_in(brief)) for line in lines)
    return [line for line in fitting if line] or ([phrases.SAFETY_ROOM] if lines else [])


def danger_of(brief: CoachingBrief, lesson: Lesson) -> str | None:
    """The fault's own danger before any that its advice brings near."""
    code = brief.fault.code if brief.fault else ""
    named = (("doneness", RAW_FAULTS), ("fire", FIRES), ("smoke", SMOKES), ("knife", KNIVES), ("raw", TOOLS))
    if danger := next((danger for danger, codes in named if code in codes), None):
        return danger
    is_of_meat = food_of(brief.dish.slug) is not Food.NAMED
    if is_of_meat and DONE.search(lesson.next_action + lesson.success_sign):
        return "doneness"
    around = lesson.success_sign + lesson.point + lesson.principle  # 切る is mostly no knife there
    hazard = hazard_of(lesson.next_action)
    if "揚げ" in brief.dish.name_ja and hazard not in ("knife", "raw"):
        return "oil"  # whatever is taught at the pan, it is taught at hot oil
    hazard = hazard or hazard_of(around, besides="knife")
    is_at_the_stove = brief.fault is not None and brief.fault.stage == "加熱"
    return hazard or ("heat" if is_at_the_stove else None)


def line_for(danger: str, brief: CoachingBrief, lesson: Lesson) -> str:
    """The dish's line that has most in common with the lesson, then ours; another one where the lesson comes again."""
    about = nouns_of(lesson.next_action + lesson.point + lesson.principle + lesson.about) - EVERYWHERE
    lines = [
        line for line in brief.dish.safety if phrases.DISH_SAFETY[danger].search(line) and is_polite(line)
    ]
    if danger not in ("doneness", "egg", "fire", "smoke"):
        lines = [line for line in lines if nouns_of(line) & about]
        lines.sort(key=lambda line: len(nouns_of(line) & about), reverse=True)
    if danger == "doneness" and food_of(brief.dish.slug) is Food.WHOLE_BEEF and lines:
        return lines[lesson.way % len(lines)]  # red inside may be what was wanted
    options = [*lines[:1], phrases.SAFETY[danger], phrases.SAFETY_AGAIN[danger]]
    if danger == "fire":
        return options[0]  # never to be left out for the sake of new words
    if danger in EVERYDAY:
        options.append(phrases.SAFETY_ROOM)
    return options[lesson.way % len(options)]
