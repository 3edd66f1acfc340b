"""How much is explained, in which order, and how what went wrong is told."""

from collections.abc import Iterator, Sequence

from knowledge_base.profile import NOTHING_TOLD, Profile, is_sure, is_unsure
from knowledge_base.quiz import load_quiz
from pipeline.checks.diet import avoided_in
from pipeline.providers.offline import phrases as ours
from pipeline.providers.offline.composing import full_sentences
from pipeline.providers.offline.facts import SAFETY
from pipeline.providers.offline.lesson import Lesson, Way
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.personal.fitting import fitting_text
from pipeline.providers.offline.personal.senses import in_their_senses
from pipeline.providers.offline.personal.wishes import AT_THE_STOVE, shown
from pipeline.providers.offline.ties import is_about
from pipeline.providers.ports import CoachingBrief
from pipeline.refinements import SKILLS_OF_PART

NEW_YEARS, LONG_YEARS = 1, 10
MOST_TERMS = 2
SEASONING = frozenset(["seasoning", "dashi"])
OILY = frozenset(["oil_coating", "emulsion", "frying"])
TOO_SALTY = frozenset(("oversalted",))


def is_new(profile: Profile) -> bool:
    years = profile.cooking_experience_years
    return years is not None and years <= NEW_YEARS


def is_long_at_it(profile: Profile) -> bool:
    years = profile.cooking_experience_years
    return years is not None and years >= LONG_YEARS


def explained(told: Sequence[str], brief: CoachingBrief, lesson: Lesson) -> list[str]:
    """The skill as much as they wish, then what their confidence and taste ask for."""
    profile = brief.profile
    if profile == NOTHING_TOLD:
        return list(told)
    avoided = avoided_in(brief)
    fitting = (fitting_text(each, profile, avoided) for each in told)
    core = [in_their_senses(each, profile.sense_limits) for each in fitting if each]
    if not core:
        focus = brief.dish.attempts[brief.session_number - 1]
        core = [fitting_text(focus, profile, avoided) or phrases.PLAIN_ACTION]
    if profile.correction_style == "reasons" and lesson.why in core:
        core = [phrases.REASON_FIRST, lesson.why, *(each for each in core if each != lesson.why)]
    if profile.detail_level == "short":
        core = core[:1] if lesson.way is Way.RULE else core[:2]
    elif is_long_at_it(profile) and not _wants_reasons(profile):
        core = [each for each in core if each != lesson.why] or core
    if profile.detail_level == "long" and lesson.recovery and lesson.way is Way.RULE:
        core += [ours.LEAD_RECOVER, full_sentences(lesson.recovery)[0]]
    wants_signs = is_new(profile) or (lesson.skill in AT_THE_STOVE and is_unsure(profile.heat_confidence))
    if wants_signs and lesson.senses and lesson.senses not in core and profile.detail_level != "short":
        core += [phrases.FIRST_LOOK, full_sentences(lesson.senses)[0]] if is_new(profile) else [lesson.senses]
    return [*core, *_terms(core, lesson, profile), *_by_taste(brief, lesson)]


def corrected(brief: CoachingBrief, lesson: Lesson) -> tuple[list[str], list[str]]:
    """What is said before the problem, and after it."""
    profile = brief.profile
    before = []
    if brief.fault is not None and lesson.skill != SAFETY:
        before = {"gentle": [phrases.GENTLE], "direct": [phrases.DIRECT]}.get(profile.correction_style, [])
    return before, [*_hard_part(profile, lesson), *_recent_failure(brief)]


def _wants_reasons(profile: Profile) -> bool:
    return (
        profile.correction_style == "reasons"
        or "understand_why" in profile.goals
        or profile.detail_level == "long"
    )


def _terms(core: Sequence[str], lesson: Lesson, profile: Profile) -> list[str]:
    """Words of the trade in passing, to whoever is new to them."""
    if not (is_new(profile) or profile.self_rated_level == "beginner"):
        return []
    words = "".join((*core, lesson.next_action, lesson.success_sign))
    return [line for term, line in phrases.TERMS.items() if term in words][:MOST_TERMS]


def _by_taste(brief: CoachingBrief, lesson: Lesson) -> Iterator[str]:
    profile, code = brief.profile, brief.fault.code if brief.fault else ""
    if lesson.skill in SEASONING:
        if is_unsure(profile.seasoning_confidence) and code not in TOO_SALTY:
            yield phrases.TASTE_LOW
        if is_sure(profile.seasoning_confidence):
            yield phrases.TASTE_HIGH
        yield phrases.SALT.get(profile.salt_preference, "")
    if lesson.skill in OILY:
        yield phrases.OIL.get(profile.richness_preference, "")
    if lesson.skill in AT_THE_STOVE:
        if is_unsure(profile.heat_confidence):
            yield phrases.HEAT_LOW
        if is_sure(profile.heat_confidence):
            yield phrases.HEAT_HIGH


def _hard_part(profile: Profile, lesson: Lesson) -> list[str]:
    for part in profile.hard_parts:
        if lesson.skill in SKILLS_OF_PART.get(part, ()):
            return [phrases.HARD_PART.format(part=_label("hard_parts", part))]
    return []


def _recent_failure(brief: CoachingBrief) -> list[str]:
    failure = shown(brief.profile.recent_failure)
    if failure and brief.fault is not None and is_about(failure, brief.fault, brief.dish):
        return [phrases.RECENT_FAILURE.format(failure=failure)]
    return []


def _label(key: str, value: str) -> str:
    question = next(each for each in load_quiz().questions if each.profile_key == key)
    return next(choice.label_ja for choice in question.choices if choice.value == value)
