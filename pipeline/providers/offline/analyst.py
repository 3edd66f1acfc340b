"""Stage 1 without a model: the footage itself is measured, and the dish's faults are weighed against it."""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from knowledge_base.content import Signal
from models.coaching import CannotTell, SeenSignal, Usage, VideoAnalysis
from pipeline.providers.follow_up import in_step
from pipeline.providers.ports import AnalysisBrief, Footage, Look, Repair

if TYPE_CHECKING:
    from pipeline.providers.offline.vision.network import Network
    from pipeline.providers.offline.vision.samples import Samples
    from pipeline.providers.offline.vision.signals import Evidence

PROVIDER = "offline"
MODEL = "footage-signals-2"


class OfflineAnalyst:
    """Thread-safe: the stages of several sessions share it, and its network."""

    def __init__(self) -> None:
        self._lock = Lock()

    @cached_property
    def _network(self) -> "Network":
        from pipeline.providers.offline.vision.network import Network

        return Network()

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        """Deterministic. Looks at the first half hour at most. Raises ProviderError for an unreadable video."""
        from pipeline.providers.offline.vision.clarity import why_unclear
        from pipeline.providers.offline.vision.samples import read_samples

        samples = read_samples(footage.view)
        sound_seconds = samples.seconds if samples.sound else 0.0
        usage = Usage(provider=PROVIDER, model=MODEL, audio_seconds=round(sound_seconds, 2))
        reason = why_unclear(samples, self._likeness)
        if reason is not None:
            return CannotTell(reason=reason, provider=PROVIDER), usage
        return _analysis(samples, brief), usage

    def _likeness(self, samples: "Samples") -> float:
        from pipeline.providers.offline.vision.kitchen import likeness

        with self._lock:  # the network is made once
            network = self._network
        return likeness(network, samples.stills)

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Words and ratings can only raise a fault whose signals showed; without signals nothing changes."""
        from pipeline.providers.offline.vision.follow_up import in_doubt
        from pipeline.providers.offline.vision.signals import Evidence

        evidence = [Evidence(Signal(each.signal), each.strength, each.second) for each in analysis.signals]
        doubtful = analysis.model_copy(update={"follow_up": in_doubt(analysis.follow_up, brief)})
        verdict = _with_verdict(doubtful, evidence, brief, brief.duration_seconds)
        return verdict, Usage(provider=PROVIDER, model=MODEL)


def _analysis(samples: "Samples", brief: AnalysisBrief) -> VideoAnalysis:
    from pipeline.providers.offline.vision.course import read_course
    from pipeline.providers.offline.vision.descriptions import (
        NOT_JUDGED,
        NOTHING_WRONG,
        best_sighting,
        cooking_events,
        is_judged,
        not_visible,
    )
    from pipeline.providers.offline.vision.features import measure_features
    from pipeline.providers.offline.vision.follow_up import follow_up
    from pipeline.providers.offline.vision.signals import find_evidence

    course = read_course(measure_features(samples))
    length = min(samples.seconds, brief.duration_seconds or samples.seconds)
    sighting = best_sighting(course)
    evidence = [each for each in find_evidence(course) if each.second <= length]
    without_fault = VideoAnalysis(
        cooking_events=cooking_events(course, evidence, sighting, length),
        **_key_moment(sighting.second, length),
        diagnosis=NOTHING_WRONG if is_judged(course) else NOT_JUDGED,
        evidence=sighting.evidence,
        confidence="medium" if is_judged(course) else "low",
        not_visible=not_visible(course),
        signals=[
            SeenSignal(signal=each.signal, strength=each.strength, second=max(0.0, each.second))
            for each in evidence
        ],
        follow_up=follow_up(course, evidence, brief.asked, length),
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
        return in_step(analysis, brief.asked)
    best = verdicts[0]
    changes = {
        **_key_moment(best.evidence[0].second, length),
        "diagnosis": best.fault.diagnosis,
        "fault": best.fault.code,
        "evidence": "".join(SIGNAL_SENTENCES[each.signal] for each in best.evidence[:2]),
        "confidence": confidence_in(verdicts),
    }
    return in_step(analysis.model_copy(update=changes), brief.asked)


def _key_moment(second: float, length: float) -> "dict[str, Any]":
    from pipeline.providers.offline.vision.descriptions import timestamp

    moment = int(min(max(second, 0.0), max(length - 1, 0.0)))
    return {"key_moment_timestamp": timestamp(moment), "key_moment_seconds": moment}
