"""What the AI found in a cook, one by one, so that a coach can say of each whether it is so."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.coaching import VideoAnalysis

NO_FAULT = "none"  # nothing went wrong; no fault's code


class FindingKind(StrEnum):
    FAULT = "fault"  # what went wrong, or that nothing did
    SIGNAL = "signal"
    FOLLOW_UP = "follow_up"  # what became of last time's advice


@dataclass(frozen=True)
class Finding:
    """`found` is the AI's answer: a fault's code or NO_FAULT, a signal, a verdict. `second` is one of the whole cook; None
    where nothing shows it. `strength`: of a signal, 0 to 1."""

    key: str  # unique in the cook
    kind: FindingKind
    found: str
    second: float | None
    evidence: str = ""
    strength: float | None = None


def findings_of(analysis: VideoAnalysis) -> Sequence[Finding]:
    """What went wrong comes first; of each signal where it is strongest."""
    fault = Finding(
        FindingKind.FAULT,
        FindingKind.FAULT,
        analysis.fault or NO_FAULT,
        float(analysis.key_moment_seconds),
        analysis.evidence,
    )
    return [fault, *_signals(analysis), *_follow_up(analysis)]


def _signals(analysis: VideoAnalysis) -> Sequence[Finding]:
    strongest = {
        each.signal: each for each in sorted(analysis.signals, key=lambda signal: signal.strength)
    }.values()
    return [
        Finding(
            f"{FindingKind.SIGNAL}.{each.signal}",
            FindingKind.SIGNAL,
            each.signal,
            each.second,
            strength=each.strength,
        )
        for each in sorted(strongest, key=lambda signal: -signal.strength)
    ]


def _follow_up(analysis: VideoAnalysis) -> Sequence[Finding]:
    past = analysis.follow_up
    if past is None:
        return []
    second = float(past.second) if past.second is not None else None
    return [Finding(FindingKind.FOLLOW_UP, FindingKind.FOLLOW_UP, past.verdict, second, past.evidence)]
