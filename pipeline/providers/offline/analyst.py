"""Stage 1 without a model: the footage itself is measured, and the dish's faults are weighed against it."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.coaching import Usage, VideoAnalysis
from pipeline.providers.ports import AnalysisBrief

if TYPE_CHECKING:
    from pipeline.providers.offline.footage_signals import Course, Evidence

PROVIDER = "offline"
MODEL = "footage-signals-1"


class OfflineAnalyst:
    def analyze(self, video: Path, brief: AnalysisBrief) -> tuple[VideoAnalysis, Usage]:
        """Deterministic. Looks at the first half hour at most. Raises ProviderError for an unreadable video."""
        from pipeline.providers.offline.footage_features import measure
        from pipeline.providers.offline.footage_samples import read_samples
        from pipeline.providers.offline.footage_signals import find_evidence, read_course

        samples = read_samples(video)
        course = read_course(measure(samples))
        heard = samples.seconds if samples.sound else 0.0
        usage = Usage(provider=PROVIDER, model=MODEL, audio_seconds=round(heard, 2))
        return _analysis(course, find_evidence(course), brief), usage


def _analysis(course: "Course", evidence: "list[Evidence]", brief: AnalysisBrief) -> VideoAnalysis:
    from pipeline.providers.offline.footage_verdict import confidence_in, weigh
    from pipeline.providers.offline.footage_words import SEEN, clock, events_of, not_visible, went_well

    verdicts = weigh(brief, evidence)
    unseen = not_visible(course)
    if verdicts:
        best = verdicts[0]
        diagnosis, fault = best.fault.diagnosis, best.fault.code
        proof, second = "".join(SEEN[sign.signal] for sign in best.signs[:2]), best.signs[0].second
        confidence = confidence_in(verdicts)
    else:
        diagnosis, proof, second = went_well(course)
        fault, confidence = None, "low" if unseen else "medium"
    length = min(course.features.seconds, brief.duration_seconds or course.features.seconds)
    moment = int(min(max(second, 0.0), max(length - 1, 0.0)))
    return VideoAnalysis(
        cooking_events=events_of(course, evidence),
        key_moment_timestamp=clock(moment),
        key_moment_seconds=moment,
        diagnosis=diagnosis,
        fault=fault,
        evidence=proof,
        confidence=confidence,
        not_visible=unseen,
        provider=PROVIDER,
    )
