"""What a model has seen must lie in the video, and in the dish."""

from knowledge_base.content import DishGuide
from models.coaching import VideoAnalysis
from pipeline.checks.amounts import measurements
from pipeline.checks.language import violations
from pipeline.checks.repair import refuse_if
from pipeline.providers.ports import Look

MAX_FIELD = 400  # characters
MAX_EVENT = 120
REACH_SECONDS = 2  # from a cited or key moment to what was seen


def check_look(look: Look, duration_seconds: float, dish: DishGuide) -> None:
    """Raises ProviderRefused. That nothing can be told is an answer: there is nothing in it to be wrong."""
    if isinstance(look, VideoAnalysis):
        check_analysis(look, duration_seconds, dish)


def check_analysis(analysis: VideoAnalysis, duration_seconds: float, dish: DishGuide) -> None:
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
    refuse_if(wrong, analysis)


def times_of(analysis: VideoAnalysis | None) -> list[int]:
    """The seconds at which something was seen: only these may be cited."""
    if analysis is None:
        return []
    return [
        analysis.key_moment_seconds,
        *(event.t_seconds for event in analysis.cooking_events),
        *(int(signal.second) for signal in analysis.signals),
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
