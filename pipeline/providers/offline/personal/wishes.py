"""What the next action is tied to: the learner's kitchen and hands, then one of their wishes at a time."""

from collections.abc import Iterator

from knowledge_base.content import Trait
from knowledge_base.foods import avoided_by
from pipeline.checks.diet import recommended
from pipeline.providers.offline.facts import SAFETY
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.remarks import may_be_shown
from pipeline.providers.offline.safety import danger_of
from pipeline.providers.ports import CoachingBrief
from pipeline.refinements import LIFTS

AT_THE_STOVE = frozenset(
    [
        "heat_management",
        "moisture_control",
        "oil_coating",
        "browning",
        "egg_cookery",
        "emulsion",
        "doneness",
        "frying",
    ]
)
WITH_OIL = frozenset(
    ["heat_management", "oil_coating", "browning", "egg_cookery", "moisture_control", "frying"]
)
MOVED = frozenset(["heat_management", "moisture_control", "oil_coating", "emulsion"])
BY_HAND = frozenset(["timing", "cutting"])
MESSY = frozenset(("not_ready_at_hand", "left_unattended"))
TEXTURES_OF = {
    "crisp": frozenset(["browning", "frying", "moisture_control", "oil_coating"]),
    "fluffy": frozenset(["egg_cookery", "starch"]),
    "creamy": frozenset(["egg_cookery", "emulsion", "simmering", "starch"]),
    "firm": frozenset(["moisture_control", "cutting", "timing"]),
    "moist": frozenset(["doneness", "simmering", "heat_management", "food_safety"]),
}


def ways(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """How it is done in their kitchen: one line, another one each attempt."""
    return _turn(list(dict.fromkeys(_ways(brief, lesson))), brief.session_number)


def wishes(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """What it is good for: one line, another one each attempt; none where it is the turn of what they can do."""
    return [line for line in _turn_of_closings(brief, lesson) if line not in _level(brief)]


def company(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Who they cook for, where they say what they can do: last in the warm note."""
    level = [line for line in _turn_of_closings(brief, lesson) if line in _level(brief)]
    eaters = [phrases.COOK_FOR[each] for each in brief.profile.cook_for]
    return [*level, *_turn(eaters, brief.session_number)]


def textures(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    liked = [each for each in brief.profile.texture_preference if lesson.skill in TEXTURES_OF[each]]
    return [phrases.TEXTURE[each] for each in liked[:1]]


def _turn(options: list[str], number: int) -> list[str]:
    return [options[(number - 1) % len(options)]] if options else []


def _turn_of_closings(brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """Of a wish and of what they can do one is spoken of in a text: both in each would become a refrain."""
    wished = [] if lesson.skill == SAFETY else list(_wishes(brief))
    return _turn([*wished, *_level(brief)], brief.session_number)


def _level(brief: CoachingBrief) -> list[str]:
    level = brief.profile.self_rated_level
    return [phrases.LEVEL[level]] if level else []


def _ways(brief: CoachingBrief, lesson: Lesson) -> Iterator[str]:
    profile, traits, skill = brief.profile, brief.dish.traits, lesson.skill
    if Trait.GRILLED in traits and profile.fish_grill:
        yield phrases.GRILL[profile.fish_grill]
    if skill in AT_THE_STOVE:
        yield from _stove(brief, lesson)
    if skill in WITH_OIL:
        yield from (phrases.PANS[pan] for pan in profile.pans if _is_used(pan, brief))
    if profile.burners == "one":
        if Trait.TWO_BURNERS in traits:
            yield phrases.ONE_BURNER_PASTA
        elif skill in BY_HAND:
            yield phrases.ONE_BURNER
    is_messy = skill in BY_HAND or (brief.fault is not None and brief.fault.code in MESSY)
    if is_messy and profile.counter_space in ("narrow", "none"):
        yield phrases.NARROW
    if skill in AT_THE_STOVE and profile.dominant_hand == "left":
        yield phrases.LEFT_PAN
    yield from _body(brief, lesson)


def is_moved(brief: CoachingBrief, lesson: Lesson) -> bool:
    """Whether the pan is moved in it: never one of hot oil, least of all one that smokes or burns."""
    is_hot_oil = Trait.DEEP_FRIED in brief.dish.traits or danger_of(brief, lesson) in ("smoke", "fire")
    return lesson.skill in MOVED and not is_hot_oil


def _stove(brief: CoachingBrief, lesson: Lesson) -> Iterator[str]:
    if brief.profile.kitchen_heat == "ih":
        yield phrases.IH if is_moved(brief, lesson) else phrases.IH_SIGNS
    if brief.profile.kitchen_heat == "radiant":
        yield phrases.RADIANT


def _is_used(pan: str, brief: CoachingBrief) -> bool:
    if pan == "egg_pan":
        return brief.dish.slug == "rolled-omelet"
    return pan in phrases.PANS


def _body(brief: CoachingBrief, lesson: Lesson) -> Iterator[str]:
    for care in brief.profile.body_care:
        if care != "grip" or (lesson.skill in AT_THE_STOVE and not LIFTS.search(lesson.next_action)):
            yield phrases.BODY[care]


def _wishes(brief: CoachingBrief) -> Iterator[str]:
    profile = brief.profile
    yield from (phrases.GOALS[goal] for goal in profile.goals)
    if dream := shown(profile.dream_dish):
        line = phrases.DREAM.format(dish=dream)
        if not avoided_by(profile).names_in(dream) and not recommended(line, avoided_by(profile)):
            yield line
    if profile.recipe_habit:
        yield phrases.RECIPE[profile.recipe_habit]
    if profile.time_available == "short":
        yield phrases.HURRY
    if profile.time_available == "relaxed":
        yield phrases.UNHURRIED


def shown(words: str) -> str:
    """A learner's own words as they may stand in ours; "" where they may not."""
    bare = words.strip("「」『』。、！？!? ")
    return bare if bare and may_be_shown(bare) else ""
