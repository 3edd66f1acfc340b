"""What became of what was asked last time, said before all the rest; nothing is claimed that was not seen."""

from knowledge_base import arc_talk
from models.coaching import FollowUpVerdict
from pipeline.checks.diet import avoided_in
from pipeline.checks.names import wrong_names
from pipeline.checks.raw_meat import needs_warning
from pipeline.providers.offline.personal.fitting import fitting_text
from pipeline.providers.offline.politeness import observation_sentence
from pipeline.providers.offline.vision.descriptions import timestamp
from pipeline.providers.ports import CoachingBrief


def last_time(brief: CoachingBrief) -> str:
    """ "" where nothing was asked."""
    asked, past = brief.asked, brief.analysis.follow_up
    if asked is None or past is None:
        return ""
    # What the finding rests on is told with it.
    is_finding = past.verdict in (FollowUpVerdict.NOT_YET, FollowUpVerdict.TOO_FAR) or (
        past.evidence in brief.analysis.evidence
    )
    avoided = avoided_in(brief)
    return arc_talk.last_time(
        past.verdict,
        arc_talk.asked(quotable(asked.action, brief), asked.earlier_dish),
        time=timestamp(past.second or 0),
        evidence="" if is_finding else observation_sentence(past.evidence),
        stop_cue=fitting_text(asked.stop_cue, brief.profile, avoided),
    )


def quotable(action: str, brief: CoachingBrief) -> str:
    """As it was said; "" where they are called otherwise by now, or it does not fit them any more."""
    fits = fitting_text(action, brief.profile, avoided_in(brief)) == action
    return action if fits and not wrong_names(action, brief.first_name) else ""


def comes_first(brief: CoachingBrief) -> bool:
    """Not before a word of care for who has raw meat on the plate."""
    return not needs_warning(brief)
