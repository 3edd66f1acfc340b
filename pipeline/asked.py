"""What is looked for before anything else: what this learner was asked to try last time."""

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault
from models.coaching import CoachingText, OpenSkill
from models.rules.history import Attempt
from pipeline.providers.ports import Asked
from pipeline.providers.sentences import sentences
from pipeline.stage import LearnerPast
from services.redaction import MARK


def asked_before(past: LearnerPast, dish: DishGuide, session_number: int) -> Asked | None:
    """By the attempt before at this dish; before the first one, by the dish that ended without it."""
    if session_number > 1:
        latest = past.attempts[-1] if past.attempts else None
        return _asked_at(latest) if latest is not None and latest.number == session_number - 1 else None
    return _carried_over(past.open_skill, dish)


def _asked_at(attempt: Attempt) -> Asked | None:
    fault = load().faults.get(attempt.analysis.fault or "")
    action = _first_sentence(attempt.coaching.next_action, fault.next_action if fault else "")
    if not action:
        return None
    coaching = attempt.coaching
    return Asked(
        action=action,
        sign=_first_sentence(coaching.success_sign, fault.success_sign if fault else ""),
        stop_cue=_stop_cue(coaching, fault),
        fault=fault,
    )


def _carried_over(open_skill: OpenSkill | None, dish: DishGuide) -> Asked | None:
    """Only what can go wrong with this dish too can be looked for in it."""
    if open_skill is None or open_skill.fault not in dish.faults:
        return None
    knowledge = load()
    fault, earlier = knowledge.faults[open_skill.fault], knowledge.dishes.get(open_skill.dish)
    return Asked(
        action=_first_sentence(fault.next_action),
        sign=_first_sentence(fault.success_sign),
        stop_cue=fault.stop_cue,
        fault=fault,
        earlier_dish=earlier.name_ja if earlier else "",
    )


def _stop_cue(coaching: CoachingText, fault: Fault | None) -> str:
    return coaching.stop_cue if MARK not in coaching.stop_cue else fault.stop_cue if fault else ""


def _first_sentence(*texts: str) -> str:
    """Of the first of them that the learner has not taken words back from."""
    return next((sentences(text)[0] for text in texts if text.strip() and MARK not in text), "")
