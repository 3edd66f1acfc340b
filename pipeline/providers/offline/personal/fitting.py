"""The lesson as this learner can use it: no food they avoid, nothing their stove or wrist cannot do, no sign they cannot
perceive. Whoever has told nothing gets the lesson as it is."""

import re
from dataclasses import replace

from knowledge_base.foods import Avoided, avoided_by
from knowledge_base.profile import NOTHING_TOLD, Profile
from pipeline.checks.diet import avoided_in, without_avoided
from pipeline.checks.eaters import advises_half_raw
from pipeline.providers.offline.composing import full_sentences
from pipeline.providers.offline.lesson import Lesson
from pipeline.providers.offline.matching import Fact, Topic
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.personal.senses import in_their_senses, sign_in_senses, without_senses
from pipeline.providers.ports import CoachingBrief
from pipeline.refinements import FLAMELESS, LIFTS

_OR_LIFT = re.compile("(?:火を弱めるか)?(?:鍋|フライパン|卵焼き器)を(?:火から)?浮かせ")
_LIFT_AND = re.compile("(?:鍋|フライパン|卵焼き器)を浮かせると")


def fitted(lesson: Lesson, brief: CoachingBrief) -> Lesson:
    profile = brief.profile
    if profile == NOTHING_TOLD:
        return lesson
    here, elsewhere = avoided_in(brief), avoided_by(profile)
    limits = profile.sense_limits
    action = fitting_text(lesson.next_action, profile, here) or _other_action(lesson, brief, here)
    sign = fitting_text(lesson.success_sign, profile, here)
    senses = without_senses(fitting_text(lesson.senses, profile, here), limits)
    return replace(
        lesson,
        next_action=in_their_senses(action, limits),
        success_sign=sign_in_senses(sign, senses, limits) or phrases.SIGN_BY_SIGHT,
        stop_cue=without_senses(fitting_text(lesson.stop_cue, profile, here), limits),
        point=fitting_text(lesson.point, profile, here),
        principle=fitting_text(lesson.principle, profile, here),
        why=fitting_text(lesson.why, profile, here),
        senses=senses,
        failure=without_senses(fitting_text(lesson.failure, profile, here), limits),
        recovery=fitting_text(lesson.recovery, profile, here),
        carries_over=without_dishes(fitting_text(lesson.carries_over, profile, elsewhere), profile),
    )


def fitting_fact(fact: Fact, profile: Profile, avoided: Avoided) -> Fact:
    """Its text is "" where nothing is left for them."""
    if profile == NOTHING_TOLD:
        return fact
    text = without_senses(fitting_text(fact.text, profile, avoided), profile.sense_limits)
    return replace(fact, text=without_dishes(text, profile) if fact.topic is Topic.ELSEWHERE else text)


def without_dishes(text: str, profile: Profile) -> str:
    """Without the sentences that lead on to a dish of what they avoid."""
    avoided = avoided_by(profile)
    return "".join(each for each in full_sentences(text) if not avoided.names_in(each))


def fitting_text(text: str, profile: Profile, avoided: Avoided) -> str:
    """Its sentences as this kitchen can do them, without those that recommend what is avoided."""
    fitting = ""
    is_shorter = False
    for sentence in full_sentences(text):
        doable = in_their_kitchen(sentence, profile)
        kept = without_avoided(without_clauses_of(doable, avoided) if is_shorter else doable, avoided)
        is_shorter |= kept != doable
        if profile.vulnerable_eaters and advises_half_raw(kept):
            continue
        fitting += kept
    return fitting


def without_clauses_of(sentence: str, avoided: Avoided) -> str:
    """How something is used that was just taken out: ツナは汁けを切り、."""
    clauses = sentence.split("、")
    left = [clause for clause in clauses if not avoided.names_in(clause)]
    return "、".join(left) if left and left[-1] == clauses[-1] else ""


def in_their_kitchen(sentence: str, profile: Profile) -> str:
    """A pan that is lifted off a plate, or off a sore wrist's stove, is one whose fire is turned off; "" where the
    sentence is about lifting itself."""
    if profile.kitchen_heat not in FLAMELESS and "grip" not in profile.body_care:
        return sentence
    turned_off = _OR_LIFT.sub("火を止め", _LIFT_AND.sub("火を止めると", sentence))
    return "" if LIFTS.search(turned_off) else turned_off


def _other_action(lesson: Lesson, brief: CoachingBrief, avoided: Avoided) -> str:
    """What can be done instead, first of the same principle."""
    options = [lesson.recovery, *(each.next_action for each in brief.dish.refinements), brief.dish.start_cue]
    fitting = (fitting_text(each, brief.profile, avoided) for each in options)
    found = next((each for each in fitting if each.endswith(("ましょう。", "ください。"))), "")
    return full_sentences(found)[0] if found else phrases.NOTHING_ELSE + phrases.PLAIN_ACTION
