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
    seen: str  # "" for a refinement: nothing was seen to go wrong
    principle: str
    why: str
    senses: str
    carries_over: str
    about: str  # how learners put it, for recognising their questions
    key: str  # varied wording is chosen by it, so a retried stage says the same again


def lesson_of(brief: CoachingBrief) -> Lesson:
    """Refinements take turns by attempt."""
    fault, taught, dish = brief.fault, brief.principle, brief.dish
    refinement = dish.refinements[(brief.session_number - 1) % len(dish.refinements)]
    source = fault or refinement
    return Lesson(
        point=fault.diagnosis if fault else refinement.point,
        next_action=source.next_action,
        success_sign=source.success_sign,
        stop_cue=(fault.stop_cue if fault else "") or dish.stop_cue,
        seen=fault.seen if fault else "",
        principle=opening(taught.principle, PRINCIPLE) if taught else "",
        why=opening(taught.why, WHY) if taught else "",
        senses=opening(taught.senses, WHY) if taught else "",
        carries_over=opening(taught.carries_over, WHY) if taught else "",
        about=" ".join((fault.name_ja, fault.seen, *fault.learner_words)) if fault else "",
        key=f"{dish.slug}|{source.principle_id}|{fault.code if fault else ''}|{brief.session_number}",
    )
