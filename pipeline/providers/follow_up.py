"""What became of what was asked last time, in step with the finding: a later look or the learner's words may change that."""

from models.coaching import FollowUp, FollowUpVerdict, VideoAnalysis
from pipeline.providers.ports import Asked

_GONE = (FollowUpVerdict.SEEN, FollowUpVerdict.TOO_FAR, FollowUpVerdict.NOT_VISIBLE)


def in_step(analysis: VideoAnalysis, asked: Asked | None) -> VideoAnalysis:
    """The same fault again was not mended; its opposite was mended too far, and without one nothing was."""
    if asked is None:
        return analysis.model_copy(update={"follow_up": None})
    return analysis.model_copy(update={"follow_up": _in_step(analysis, asked)})


def _in_step(analysis: VideoAnalysis, asked: Asked) -> FollowUp | None:
    past, fault = analysis.follow_up, asked.fault
    if fault is not None and analysis.fault in fault.opposites and analysis.evidence:
        return _told_by_finding(analysis, FollowUpVerdict.TOO_FAR, fault.code)
    if past is None:
        return None
    if fault is not None and analysis.fault == fault.code and past.verdict in _GONE:
        return _told_by_finding(analysis, FollowUpVerdict.NOT_YET, fault.code)
    if past.verdict is FollowUpVerdict.TOO_FAR:  # what it went too far into was not borne out
        return FollowUp(verdict=FollowUpVerdict.NOT_VISIBLE, fault=past.fault)
    return past


def _told_by_finding(analysis: VideoAnalysis, verdict: FollowUpVerdict, fault: str) -> FollowUp:
    return FollowUp(
        verdict=verdict, fault=fault, second=analysis.key_moment_seconds, evidence=analysis.evidence
    )
