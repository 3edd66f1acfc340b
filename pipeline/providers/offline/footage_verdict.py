"""Which of the dish's faults the evidence, the memo and the ratings together make likeliest.

    score = evidence × prior × support

*Evidence*: how strongly the fault's signals show; its first-named signal is its own, the others only hint.
*Prior*: the catalogue names the dish's faults likeliest first.
*Support*: the learner's own words, and low ratings of what the fault spoils. Words lower the bar for what
must be seen; they never replace it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.content import Fault
from pipeline.providers.offline.footage_memo import speaks_of
from pipeline.providers.offline.footage_signals import Evidence
from pipeline.providers.ports import AnalysisBrief

_SEEN_ALONE = 0.5  # the evidence a fault needs when the learner says nothing of it
_SEEN_AND_TOLD = 0.25  # and when the learner does
_HINT = 0.65  # what a signal counts that other faults are better known by
_SECOND = 0.2  # what a second signal adds, of what is missing to certainty
_PLACE = 0.02  # what each place down the catalogue's list costs
_LEAST_LIKELY = 0.75  # and what is always left
_TOLD = 0.5
_LOW_RATING = 0.15
_FINE_RATING = -0.1

Confidence = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Verdict:
    fault: Fault
    signs: tuple[Evidence, ...]  # strongest first
    strength: float  # of the evidence, 0 to 1
    score: float
    told: bool  # the learner speaks of it


def weigh(brief: AnalysisBrief, evidence: Sequence[Evidence]) -> list[Verdict]:
    """The faults that pass their bar, likeliest first; empty when nothing wrong shows."""
    said = (brief.transcript, *brief.structured_input.identified_issues)
    verdicts = []
    for rank, fault in enumerate(brief.faults):
        strength, signs = _strength(fault, evidence)
        if strength < _SEEN_AND_TOLD:
            continue
        told = speaks_of(fault.learner_words, said)
        if strength < (_SEEN_AND_TOLD if told else _SEEN_ALONE):
            continue
        prior = max(1 - _PLACE * rank, _LEAST_LIKELY)
        support = 1 + (_TOLD if told else 0) + _ratings(fault, brief.self_ratings)
        verdicts.append(Verdict(fault, signs, strength, strength * prior * support, told))
    return sorted(verdicts, key=lambda verdict: -verdict.score)


def confidence_in(verdicts: Sequence[Verdict]) -> Confidence:
    """From the evidence and from how far the next fault lies behind."""
    best = verdicts[0]
    behind = best.score - verdicts[1].score if len(verdicts) > 1 else best.score
    if best.strength >= 0.75 and behind >= 0.2:
        return "high"
    return "medium" if best.strength >= 0.6 or best.told else "low"


def _strength(fault: Fault, evidence: Sequence[Evidence]) -> tuple[float, tuple[Evidence, ...]]:
    signs = [
        (found.strength * (1 if found.signal is fault.signals[0] else _HINT), found)
        for found in evidence
        if found.signal in fault.signals
    ]
    if not signs:
        return 0.0, ()
    signs.sort(key=lambda sign: -sign[0])
    strength = signs[0][0]
    if len(signs) > 1:
        strength += _SECOND * (1 - strength) * signs[1][0]
    return strength, tuple(found for _, found in signs)


def _ratings(fault: Fault, ratings: dict[str, int]) -> float:
    """Low ratings of what the fault spoils speak for it, high ones a little against it."""
    marks = [ratings[aspect.value] for aspect in fault.aspects if aspect.value in ratings]
    if not marks:
        return 0.0
    return _LOW_RATING if min(marks) <= 2 else _FINE_RATING if min(marks) >= 4 else 0.0
