"""The one thing a cook is taught: its fault; what the memo tells, where the pictures tell nothing; else the dish's next
refinement."""

from dataclasses import dataclass

from knowledge_base import catalogue
from knowledge_base.content import Fault
from pipeline.providers.offline.composing import opening
from pipeline.providers.offline.vision.mentions import mentions
from pipeline.providers.ports import CoachingBrief

PRINCIPLE = 90  # characters of a principle, in whole sentences, that a message or a voice can carry
WHY = 80
QUOTE = 24  # characters of the learner's own words that read well inside a sentence


@dataclass(frozen=True)
class Lesson:
    point: str
    next_action: str
    success_sign: str
    stop_cue: str
    remark: str  # of the memo, on which the lesson rests; "" for one that rests on the footage
    principle: str
    why: str
    senses: str
    carries_over: str
    about: str  # in learners' own words, for recognising their questions
    key: str  # varied wording is chosen by it, so a retried stage says the same again


def lesson_of(brief: CoachingBrief) -> Lesson:
    """Without a fault each attempt gets the dish's next refinement."""
    remark, told = what_the_memo_tells(brief)
    fault, principle, dish = brief.fault or told, None if told else brief.principle, brief.dish
    refinement = dish.refinements[(brief.session_number - 1) % len(dish.refinements)]
    source = fault or refinement
    return Lesson(
        point=brief.fault.diagnosis if brief.fault else "" if told else refinement.point,
        next_action=source.next_action,
        success_sign=source.success_sign,
        stop_cue=(fault.stop_cue if fault else "") or dish.stop_cue,
        remark=remark,
        principle=opening(principle.principle, PRINCIPLE) if principle else "",
        why=opening(principle.why, WHY) if principle else "",
        senses=opening(principle.senses, WHY) if principle else "",
        carries_over=opening(principle.carries_over, WHY) if principle else "",
        about=" ".join((fault.name_ja, fault.seen, *fault.learner_words)) if fault else "",
        key=f"{dish.slug}|{source.principle_id}|{fault.code if fault else ''}|{brief.session_number}",
    )


def is_unsure(brief: CoachingBrief) -> bool:
    """No fault is named, and not because it went well: the footage did not show enough."""
    return brief.fault is None and brief.analysis.confidence == "low"


def what_the_memo_tells(brief: CoachingBrief) -> tuple[str, Fault | None]:
    """A remark of the memo and the fault of the dish that it speaks of: only where the footage leaves all open."""
    if is_unsure(brief):
        known = catalogue.load().faults
        faults = [known[code] for code in brief.dish.faults if code in known]
        for remark in quotable_remarks(brief):
            for fault in faults:
                if mentions([remark], fault.learner_words):
                    return remark, fault
    return "", None


def quotable_remarks(brief: CoachingBrief) -> list[str]:
    """Those of the memo that are short enough to be quoted. Numbers are not repeated."""
    remarks = (remark.strip("「」。、 ") for remark in brief.structured_input.identified_issues)
    return [each for each in remarks if 0 < len(each) <= QUOTE and not any(c.isnumeric() for c in each)]
