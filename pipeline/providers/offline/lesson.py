"""The one thing a cook is taught: its fault, or the dish's next refinement when nothing went wrong."""

from dataclasses import dataclass

from pipeline.providers.offline.composing import opening
from pipeline.providers.ports import CoachingBrief

PRINCIPLE = 90  # characters of a principle, in whole sentences, that a message or a voice can carry
WHY = 80


@dataclass(frozen=True)
class Lesson:
    point: str
    next_action: str
    success_sign: str
    stop_cue: str
    appearance: str  # of the fault; "" for a refinement: nothing went wrong
    principle: str
    why: str
    senses: str
    carries_over: str
    about: str  # in learners' own words, for recognising their questions
    key: str  # varied wording is chosen by it, so a retried stage says the same again


def lesson_of(brief: CoachingBrief) -> Lesson:
    """Without a fault each attempt gets the dish's next refinement."""
    fault, principle, dish = brief.fault, brief.principle, brief.dish
    refinement = dish.refinements[(brief.session_number - 1) % len(dish.refinements)]
    source = fault or refinement
    return Lesson(
        point=fault.diagnosis if fault else refinement.point,
        next_action=source.next_action,
        success_sign=source.success_sign,
        stop_cue=(fault.stop_cue if fault else "") or dish.stop_cue,
        appearance=fault.seen if fault else "",
        principle=opening(principle.principle, PRINCIPLE) if principle else "",
        why=opening(principle.why, WHY) if principle else "",
        senses=opening(principle.senses, WHY) if principle else "",
        carries_over=opening(principle.carries_over, WHY) if principle else "",
        about=" ".join((fault.name_ja, fault.seen, *fault.learner_words)) if fault else "",
        key=f"{dish.slug}|{source.principle_id}|{fault.code if fault else ''}|{brief.session_number}",
    )
