"""The one thing a cook is taught: its fault; what the memo tells, where the pictures tell nothing; else the dish's next
refinement. The same fault again is taught otherwise: by its signs, then by how to recover."""

from dataclasses import dataclass
from enum import IntEnum

from knowledge_base import catalogue
from knowledge_base.content import Fault, Principle
from pipeline.providers.offline import phrases
from pipeline.providers.offline.composing import full_sentences, opening
from pipeline.providers.offline.plain_form import if_plain, plain, proposal
from pipeline.providers.offline.remarks import quotable_remarks
from pipeline.providers.offline.ties import is_about
from pipeline.providers.ports import CoachingBrief
from pipeline.refinements import refinement_to_teach

PRINCIPLE = 90  # characters of a principle, in whole sentences, that a message or a voice can carry
WHY = 80
SAFETY = "food_safety"  # there what must be seen is said, not what must not
# What a cook does, where other verbs of a sign say what the food does.
OWN_ACTS = ("確かめる", "動かす", "とらえる", "見張る", "聞く", "見る")


class Way(IntEnum):
    """How a fault is taught, by how often it came before."""

    RULE = 0  # the principle and its why
    SENSE = 1  # the signs by which it is noticed
    RECOVERY = 2  # what to do when it is noticed


@dataclass(frozen=True)
class Lesson:
    point: str
    next_action: str
    success_sign: str
    stop_cue: str  # "" for a fault that has none: another one's would mislead
    remark: str  # of the memo, on which the lesson rests; "" for one that rests on the footage
    title: str  # of the principle
    principle: str
    why: str
    senses: str
    failure: str
    recovery: str
    carries_over: str
    about: str  # in learners' own words, for recognising their questions
    key: str  # varied wording is chosen by it, so a retried stage says the same again
    way: Way = Way.RULE
    skill: str = ""  # the catalogue's key of what it belongs to


def lesson_of(brief: CoachingBrief) -> Lesson:
    """Without a fault each attempt gets the dish's next refinement."""
    remark, told = what_the_memo_tells(brief)
    fault, principle, dish = brief.fault or told, None if told else brief.principle, brief.dish
    refinement = refinement_to_teach(dish, brief.session_number, brief.profile)
    source, way = fault or refinement, way_of(brief)
    return Lesson(
        point=point_of(brief.fault, way) if brief.fault else "" if told else refinement.point,
        next_action=(next_action(way, principle) if brief.fault else "") or source.next_action,
        success_sign=(success_sign(way, principle) if brief.fault else "") or source.success_sign,
        stop_cue=dish.stop_cue if fault is None else "" if way is Way.SENSE else fault.stop_cue,
        remark=remark,
        title=principle.title if principle else "",
        principle=opening(principle.principle, PRINCIPLE) if principle else "",
        why=opening(principle.why, WHY) if principle else "",
        senses=opening(principle.senses, WHY) if principle else "",
        failure=opening(principle.failure, WHY) if principle else "",
        recovery=opening(principle.recovery, WHY) if principle else "",
        carries_over=opening(principle.carries_over, WHY) if principle else "",
        about=" ".join((fault.name_ja, fault.seen, *fault.learner_words)) if fault else "",
        key=f"{dish.slug}|{source.principle_id}|{fault.code if fault else ''}|{brief.session_number}",
        way=way,
        skill=source.skill,
    )


def way_of(brief: CoachingBrief) -> Way:
    """Whichever dish the fault came with: its principle is the same."""
    if brief.fault is None:
        return Way.RULE
    times = sum(past.fault == brief.fault.code for past in brief.past_sessions)
    if (
        not brief.past_sessions
    ):  # nothing is known of the attempts before: what they were told may have been this
        times = brief.session_number - 1
    return Way(times % len(Way))


def point_of(fault: Fault, way: Way) -> str:
    again = {Way.SENSE: phrases.AGAIN_SENSE, Way.RECOVERY: phrases.AGAIN_RECOVERY}
    return again[way].format(fault=fault.name_ja) if way in again else fault.diagnosis


def next_action(way: Way, principle: Principle | None) -> str:
    """ "" where the fault's own must do."""
    if principle is None or way is Way.RULE:
        return ""
    if way is Way.RECOVERY:
        recovery = full_sentences(principle.recovery)[0]
        return "" if "余熱" in recovery else proposal(recovery)  # which meat of this dish may not trust
    sign = full_sentences(principle.senses)[0]
    state = plain(sign)
    if state.endswith(OWN_ACTS):
        return proposal(sign)
    compares = "足りないと" in sign or "強すぎると" in sign
    return phrases.ACTION_SENSE.format(sign=state) if state and not compares else ""


def success_sign(way: Way, principle: Principle | None) -> str:
    """That the failure's sign stays away, or the senses as a condition; "" where the fault's own must do."""
    if principle is None or way is Way.RULE or principle.category == SAFETY:
        return ""
    if way is Way.SENSE:
        failure = plain(full_sentences(principle.failure)[0].split("と、", 1)[-1])  # what follows from a slip
        return phrases.SIGN_NO_FAILURE.format(failure=failure) if failure else ""
    sign = full_sentences(principle.senses)[0]
    condition = if_plain(sign)
    is_condition = "れば" in sign or "えば" in sign or "足りないと" in sign or plain(sign).endswith(OWN_ACTS)
    return phrases.SIGN_SENSE.format(sign=condition) if condition and not is_condition else ""


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
                if is_about(remark, fault, brief.dish):
                    return remark, fault
    return "", None
