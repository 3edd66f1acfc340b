"""What the voice says to this learner: of their stove, their experience and those they cook for."""

from collections.abc import Collection, Iterator

from pipeline.providers.offline import phrases as ours
from pipeline.providers.offline.composing import full_sentences, pick
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.personal.depth import is_long_at_it, is_new
from pipeline.providers.offline.personal.senses import says
from pipeline.providers.offline.personal.wishes import AT_THE_STOVE, is_moved
from pipeline.providers.ports import CoachingBrief


def spoken_to(brief: CoachingBrief, lesson: Lesson) -> Iterator[str]:
    profile = brief.profile
    if lesson.skill in AT_THE_STOVE and profile.kitchen_heat == "ih":
        yield phrases.VOICE_IH if is_moved(brief, lesson) else phrases.VOICE_IH_SIGNS
    if lesson.skill in AT_THE_STOVE and profile.kitchen_heat == "radiant":
        yield phrases.VOICE_RADIANT
    if is_new(profile):
        yield phrases.VOICE_NEW
    if is_long_at_it(profile):
        yield phrases.VOICE_LONG
    if profile.cook_for:
        yield phrases.VOICE_COOK_FOR[profile.cook_for[(brief.session_number - 1) % len(profile.cook_for)]]


def by_sense(lesson: Lesson, brief: CoachingBrief) -> str:
    """The sentences of the senses, those first that speak to the one they rely on."""
    trusted = [sense for sense in brief.profile.senses_used if sense not in brief.profile.sense_limits]
    sentences = full_sentences(lesson.senses)
    return "".join(sorted(sentences, key=lambda each: not any(says(each, sense) for sense in trusted)))


def listening(key: str, limits: Collection[str]) -> str:
    return phrases.VOICE_LOOK_CLOSELY if "sound" in limits else pick(ours.VOICE_LISTEN, key)
