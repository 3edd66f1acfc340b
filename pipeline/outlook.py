"""How it goes on after an attempt: what the second is for; after the third what was acquired, or what stays open."""

from knowledge_base import arc_talk
from knowledge_base.catalogue import load
from knowledge_base.foods import avoided_by
from knowledge_base.profile import read_profile
from models.coaching import CoachingText, OpenSkill, VideoAnalysis
from models.rules.arc import Ending, ending_of
from models.rules.entitlement import SESSIONS_PER_DISH
from pipeline.stage import LearnerPast, StageContext

MOST_DISHES = 3  # that it transfers to


def ending(context: StageContext, past: LearnerPast) -> Ending | None:
    """None before the dish's last attempt."""
    number = context.session.session_number
    if number < SESSIONS_PER_DISH:
        return None
    looks = {attempt.number: attempt.analysis for attempt in past.attempts}
    return ending_of({**looks, number: VideoAnalysis.model_validate(context.session.video_analysis)})


def outlook(context: StageContext, coaching: CoachingText, end: Ending | None) -> str:
    """ "" where nothing is to be said."""
    if end is None:
        return arc_talk.second_comes(coaching.stop_cue) if context.session.session_number == 1 else ""
    knowledge, dish = load(), context.guide
    overcome = [knowledge.faults[code].name_ja for code in end.overcome if code in knowledge.faults]
    if end.is_acquired:
        avoided = avoided_by(read_profile(context.user.learner_profile))
        transfers = [each for each in dish.transferable_to if not avoided.names_in(each)]
        skills = [knowledge.skills[skill] for skill in dish.principles]
        return arc_talk.acquired(dish.name_ja, skills, overcome, transfers[:MOST_DISHES])
    left = open_skill(context, end)
    skill = knowledge.skills[left.skill] if left else ""
    return arc_talk.ended(dish.name_ja, overcome, end.clean, skill, was_judged=end.was_judged)


def open_skill(context: StageContext, end: Ending | None) -> OpenSkill | None:
    """What the dish ends without, to be taken up in the next that needs it."""
    fault = load().faults.get(end.open_fault or "") if end else None
    return OpenSkill(skill=fault.skill, fault=fault.code, dish=context.guide.slug) if fault else None
