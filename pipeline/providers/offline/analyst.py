"""Stage 1 without a model: the footage itself is measured, and the dish's faults are weighed against it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from knowledge_base.content import Signal
from models.coaching import SeenSignal, Usage, VideoAnalysis
from pipeline.providers.ports import AnalysisBrief, Footage, Repair

if TYPE_CHECKING:
    from pipeline.providers.offline.vision.course import Course
    from pipeline.providers.offline.vision.signals import Evidence

PROVIDER = "offline"
MODEL = "footage-signals-1"


class OfflineAnalyst:
    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Deterministic. Looks at the first half hour at most. Raises ProviderError for an unreadable video."""
        from pipeline.providers.offline.vision.course import read_course
        from pipeline.providers.offline.vision.features import measure_features
        from pipeline.providers.offline.vision.samples import read_samples
        from pipeline.providers.offline.vision.signals import find_evidence

        samples = read_samples(footage.view)
        course = read_course(measure_features(samples))
        sound_seconds = samples.seconds if samples.sound else 0.0
        usage = Usage(provider=PROVIDER, model=MODEL, audio_seconds=round(sound_seconds, 2))
        return _analysis(course, find_evidence(course), brief), usage

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Words and ratings can only raise a fault whose signals showed; without signals nothing changes."""
        from pipeline.providers.offline.vision.signals import Evidence

        evidence = [Evidence(Signal(each.signal), each.strength, each.second) for each in analysis.signals]
        verdict = _with_verdict(analysis, evidence, brief, brief.duration_seconds)
        return verdict, Usage(provider=PROVIDER, model=MODEL)


def _analysis(course: "Course", evidence: "list[Evidence]", brief: AnalysisBrief) -> VideoAnalysis:
    from pipeline.providers.offline.vision.descriptions import cooking_events, good_work, not_visible

    limits = not_visible(course)
    length = min(course.features.seconds, brief.duration_seconds or course.features.seconds)
    diagnosis, proof, second = good_work(course)
    without_fault = VideoAnalysis(
        cooking_events=cooking_events(course, evidence),
        **_key_moment(second, length),
        diagnosis=diagnosis,
        evidence=proof,
        confidence="low" if limits else "medium",
        not_visible=limits,
        signals=[
            SeenSignal(signal=each.signal, strength=each.strength, second=max(0.0, each.second))
            for each in evidence
        ],
        provider=PROVIDER,
    )
    return _with_verdict(without_fault, evidence, brief, length)


def _with_verdict(
    analysis: VideoAnalysis, evidence: "Sequence[Evidence]", brief: AnalysisBrief, length: float
) -> VideoAnalysis:
    """With the likeliest fault, or as it was when none has enough evidence."""
    from pipeline.providers.offline.vision.descriptions import SIGNAL_SENTENCES
    from pipeline.providers.offline.vision.verdict import confidence_in, weigh

    verdicts = weigh(brief, evidence)
    if not verdicts:
        return analysis
    best = verdicts[0]
    changes = {
        **_key_moment(best.evidence[0].second, length),
        "diagnosis": best.fault.diagnosis,
        "fault": best.fault.code,
        "evidence": "".join(SIGNAL_SENTENCES[each.signal] for each in best.evidence[:2]),
        "confidence": confidence_in(verdicts),
    }
    return analysis.model_copy(update=changes)


def _key_moment(second: float, length: float) -> "dict[str, Any]":
    from pipeline.providers.offline.vision.descriptions import timestamp

    moment = int(min(max(second, 0.0), max(length - 1, 0.0)))
    return {"key_moment_timestamp": timestamp(moment), "key_moment_seconds": moment}
