"""What is reached for next where nothing was wrong: in turns by attempt, what the learner finds hard before the rest, and
nothing that their kitchen, their body or their plate has no room for."""

import re

from knowledge_base.content import DishGuide, Refinement
from knowledge_base.foods import avoided_by, foods_of
from knowledge_base.profile import Profile

FLAMELESS = frozenset(("ih", "radiant"))
# A pan that leaves the plate gets no heat there, and a heavy one is lifted by the wrist.
LIFTS = re.compile("浮かせ|あお[るりっら]|(?:鍋|フライパン)を振")
SKILLS_OF_PART = {
    "heat_management": ("heat_management", "browning", "egg_cookery"),
    "timing": ("timing",),
    "seasoning": ("seasoning", "dashi", "aroma"),
    "cutting": ("cutting",),
    "doneness": ("doneness", "food_safety"),
    "finishing": ("finishing", "emulsion"),
}


def refinement_to_teach(dish: DishGuide, session_number: int, profile: Profile) -> Refinement:
    """`session_number` from 1."""
    fitting = [each for each in dish.refinements if _fits(each, dish, profile)] or list(dish.refinements)
    hard = {skill for part in profile.hard_parts for skill in SKILLS_OF_PART.get(part, ())}
    ordered = sorted(fitting, key=lambda each: each.skill not in hard)
    return ordered[(session_number - 1) % len(ordered)]


def _fits(refinement: Refinement, dish: DishGuide, profile: Profile) -> bool:
    text = refinement.point + refinement.next_action + refinement.success_sign
    must_not_lift = profile.kitchen_heat in FLAMELESS or "grip" in profile.body_care
    if must_not_lift and LIFTS.search(text):
        return False
    # Named is enough: that a sign is of garlic tells nothing to who has none in the pan.
    return not avoided_by(profile).besides(foods_of(dish, usual=False)).names_in(text)
