"""In which order a learner is offered the dishes: as the curriculum has them, but what they cannot eat last, and of one
month what suits them first. Whoever has told nothing gets the curriculum's own order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from knowledge_base import personal_words
from knowledge_base.content import DishGuide, Trait
from knowledge_base.foods import Avoided, avoided_by, foods_of
from knowledge_base.profile import Profile, is_unsure
from knowledge_base.terms import one_spelling

CUISINE, DREAM, TRAIT, FEAR = 2, 6, 1, 4  # what each weighs; a fear more than a liking


@dataclass(frozen=True)
class Offer:
    dish: DishGuide
    caution: str = ""  # a sentence, where the dish holds what they avoid
    is_recommended: bool = False


def offers(dishes: Iterable[DishGuide], profile: Profile) -> Sequence[Offer]:
    """One a dish. Recommended is the first that suits them, and none with a caution."""
    avoided = avoided_by(profile)
    ordered = sorted(
        dishes,
        key=lambda dish: (
            _held(dish, avoided),
            dish.month_unlocked,
            -suitability(dish, profile),
            dish.order,
        ),
    )
    best = next((dish for dish in ordered if not caution(dish, avoided)), None)
    suits = best is not None and suitability(best, profile) > 0
    return [Offer(dish, caution(dish, avoided), suits and dish is best) for dish in ordered]


def caution(dish: DishGuide, avoided: Avoided) -> str:
    """ "" where it holds nothing that they avoid."""
    core = Avoided(tuple(key for key in avoided.families if key in dish.core_foods)).names
    if core:
        return personal_words.dish_needs(core)
    usual = Avoided(tuple(key for key in avoided.families if key in foods_of(dish))).names
    own = [term for term in avoided.terms if any(term in one_spelling(each) for each in dish.speech_phrases)]
    return personal_words.dish_often_has([*usual, *own]) if usual or own else ""


def suitability(dish: DishGuide, profile: Profile) -> int:
    """How well it suits what they like, have and dread; 0 says nothing."""
    liked = CUISINE * len(set(dish.cuisines) & set(profile.favourite_cuisines))
    dreamt = DREAM if _is_dreamt_of(dish, profile.dream_dish) else 0
    return liked + dreamt + _by_traits(dish.traits, profile)


def _held(dish: DishGuide, avoided: Avoided) -> int:
    if not caution(dish, avoided):
        return 0
    return 2 if set(dish.core_foods) & set(avoided.families) else 1


def _by_traits(traits: Collection[Trait], profile: Profile) -> int:
    wants_quick = profile.time_available == "short" or "cook_faster" in profile.goals
    score = TRAIT * (wants_quick * (Trait.QUICK in traits) - wants_quick * (Trait.SLOW in traits))
    score += TRAIT * (profile.time_available == "relaxed" and Trait.SLOW in traits)
    score += TRAIT * ("eat_healthily" in profile.goals) * (Trait.LIGHT in traits)
    score -= FEAR * (is_unsure(profile.frying_comfort) and Trait.DEEP_FRIED in traits)
    score -= FEAR * (is_unsure(profile.raw_food_comfort) and Trait.RAW_BY_HAND in traits)
    score -= FEAR * (profile.burners == "one" and Trait.TWO_BURNERS in traits)
    score -= FEAR * (profile.fish_grill == "none" and Trait.GRILLED in traits)
    return score


def _is_dreamt_of(dish: DishGuide, dream: str) -> bool:
    """The dish itself, or one that it leads to."""
    wish = one_spelling(dream)
    names = (one_spelling(name) for name in (dish.name_ja, *dish.transferable_to))
    return len(wish) > 1 and any(name in wish or wish in name for name in names)
