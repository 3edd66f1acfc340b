"""What a model has seen must lie in the video, and in the dish; what was asked last time is told as it was seen."""

from knowledge_base.content import DishGuide
from models.coaching import FollowUp, FollowUpVerdict, VideoAnalysis
from pipeline.checks.amounts import measurements
from pipeline.checks.language import violations
from pipeline.checks.repair import refuse_if
from pipeline.providers.ports import Asked, Look

MAX_FIELD = 400  # characters
MAX_EVENT = 120
REACH_SECONDS = 2  # from a cited or key moment to what was seen


def check_look(look: Look, duration_seconds: float, dish: DishGuide, asked: Asked | None = None) -> None:
    """Raises ProviderRefused. That nothing can be told is an answer: there is nothing in it to be wrong."""
    if isinstance(look, VideoAnalysis):
        check_analysis(look, duration_seconds, dish, asked)


def check_analysis(
    analysis: VideoAnalysis, duration_seconds: float, dish: DishGuide, asked: Asked | None = None
) -> None:
    """Raises ProviderRefused unless every time lies inside the video, in order, and the fault is the dish's."""
    wrong = [*_wrong_times(analysis, duration_seconds), *_wrong_key_moment(analysis)]
    if analysis.fault is not None and analysis.fault not in dish.faults:
        wrong.append(f"fault: '{analysis.fault}' is not a fault of {dish.slug}")
    if not analysis.diagnosis.strip():
        wrong.append("empty: the diagnosis is missing")
    for text in (analysis.diagnosis, analysis.evidence):
        wrong += violations(text, MAX_FIELD)
    for event in analysis.cooking_events:
        wrong += [f"measurement: '{amount}'" for amount in measurements(event.event)]
        if len(event.event) > MAX_EVENT:
            wrong.append(f"length: an event is longer than {MAX_EVENT} characters")
    wrong += _wrong_follow_up(analysis, duration_seconds, asked)
    refuse_if(wrong, analysis)


def times_of(analysis: VideoAnalysis | None) -> list[int]:
    """The seconds at which something was seen: only these may be cited."""
    if analysis is None:
        return []
    return [
        analysis.key_moment_seconds,
        *(event.t_seconds for event in analysis.cooking_events),
        *(int(signal.second) for signal in analysis.signals),
        *_seconds_of(analysis.follow_up),
    ]


def _wrong_times(analysis: VideoAnalysis, duration_seconds: float) -> list[str]:
    wrong = []
    times = [event.t_seconds for event in analysis.cooking_events]
    if any(time > duration_seconds for time in [*times, analysis.key_moment_seconds]):
        wrong.append("time: a time is later than the end of the video")
    if times != sorted(times):
        wrong.append("time: the events are not in the order of their times")
    for clock, second in [
        (analysis.key_moment_timestamp, analysis.key_moment_seconds),
        *((event.t, event.t_seconds) for event in analysis.cooking_events),
    ]:
        minutes, seconds = clock.split(":")
        if int(minutes) * 60 + int(seconds) != second:
            wrong.append(f"time: {clock} is not second {second}")
    return wrong


def _wrong_key_moment(analysis: VideoAnalysis) -> list[str]:
    spans = [(event.t_seconds, event.t_seconds + event.duration_seconds) for event in analysis.cooking_events]
    spans += [(int(signal.second), int(signal.second)) for signal in analysis.signals]
    moment = analysis.key_moment_seconds
    if any(start - REACH_SECONDS <= moment <= end + REACH_SECONDS for start, end in spans):
        return []
    return [f"time: the key moment is more than {REACH_SECONDS} seconds away from every event"]


def _seconds_of(past: FollowUp | None) -> list[int]:
    return [past.second] if past is not None and past.second is not None else []


def _wrong_follow_up(analysis: VideoAnalysis, duration_seconds: float, asked: Asked | None) -> list[str]:
    past = analysis.follow_up
    if past is None:
        return []
    if asked is None:
        return ["follow-up: nothing was asked of this learner before"]
    wrong, fault = violations(past.evidence, MAX_FIELD), asked.fault
    is_told = past.second is not None and past.evidence.strip()
    if past.verdict is not FollowUpVerdict.NOT_VISIBLE and not is_told:
        wrong.append(f"follow-up: '{past.verdict}' needs evidence and its time")
    if any(second > duration_seconds for second in _seconds_of(past)):
        wrong.append("time: the follow-up's time is later than the end of the video")
    is_opposite = fault is not None and analysis.fault in fault.opposites
    if is_opposite != (past.verdict is FollowUpVerdict.TOO_FAR):
        wrong.append(
            "follow-up: 'too_far' where, and only where, an opposite of what went wrong last time is the fault now"
        )
    if past.verdict is FollowUpVerdict.SEEN and fault is not None and analysis.fault == fault.code:
        wrong.append(f"follow-up: 'seen' contradicts the fault '{fault.code}', which is there again")
    return wrong
