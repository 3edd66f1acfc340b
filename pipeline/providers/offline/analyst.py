"""Stage 1 without a model: the footage itself is measured, and the dish's faults are weighed against it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base.content import Signal
from models.coaching import SeenSignal, Usage, VideoAnalysis
from pipeline.providers.ports import AnalysisBrief, Repair

if TYPE_CHECKING:
    from pipeline.providers.offline.footage_signals import Course, Evidence

PROVIDER = "offline"
MODEL = "footage-signals-1"


class OfflineAnalyst:
    def analyze(
        self, video: Path, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Deterministic. Looks at the first half hour at most. Raises ProviderError for an unreadable video."""
        from pipeline.providers.offline.footage_features import measure
        from pipeline.providers.offline.footage_samples import read_samples
        from pipeline.providers.offline.footage_signals import find_evidence, read_course

        samples = read_samples(video)
        course = read_course(measure(samples))
        heard = samples.seconds if samples.sound else 0.0
        usage = Usage(provider=PROVIDER, model=MODEL, audio_seconds=round(heard, 2))
        return _analysis(course, find_evidence(course), brief), usage

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Words and ratings can only raise a fault whose signals were seen; nothing seen stays nothing."""
        from pipeline.providers.offline.footage_signals import Evidence

        evidence = [Evidence(Signal(seen.signal), seen.strength, seen.second) for seen in analysis.signals]
        judged = _judged(analysis, evidence, brief, brief.duration_seconds)
        return judged, Usage(provider=PROVIDER, model=MODEL)


def _analysis(course: "Course", evidence: "list[Evidence]", brief: AnalysisBrief) -> VideoAnalysis:
    from pipeline.providers.offline.footage_words import events_of, not_visible, went_well

    unseen = not_visible(course)
    length = min(course.features.seconds, brief.duration_seconds or course.features.seconds)
    diagnosis, proof, second = went_well(course)
    nothing_wrong = VideoAnalysis(
        cooking_events=events_of(course, evidence),
        **_moment(second, length),
        diagnosis=diagnosis,
        evidence=proof,
        confidence="low" if unseen else "medium",
        not_visible=unseen,
        signals=[
            SeenSignal(signal=found.signal, strength=found.strength, second=max(0.0, found.second))
            for found in evidence
        ],
        provider=PROVIDER,
    )
    return _judged(nothing_wrong, evidence, brief, length)


def _judged(
    analysis: VideoAnalysis, evidence: "Sequence[Evidence]", brief: AnalysisBrief, length: float
) -> VideoAnalysis:
    """With the likeliest fault, or as it was when none passes its bar."""
    from pipeline.providers.offline.footage_verdict import confidence_in, weigh
    from pipeline.providers.offline.footage_words import SEEN

    verdicts = weigh(brief, evidence)
    if not verdicts:
        return analysis
    best = verdicts[0]
    changes = {
        **_moment(best.signs[0].second, length),
        "diagnosis": best.fault.diagnosis,
        "fault": best.fault.code,
        "evidence": "".join(SEEN[sign.signal] for sign in best.signs[:2]),
        "confidence": confidence_in(verdicts),
    }
    return analysis.model_copy(update=changes)


def _moment(second: float, length: float) -> "dict[str, Any]":
    from pipeline.providers.offline.footage_words import clock

    moment = int(min(max(second, 0.0), max(length - 1, 0.0)))
    return {"key_moment_timestamp": clock(moment), "key_moment_seconds": moment}
