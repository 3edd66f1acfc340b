"""Which of the dish's faults the evidence, the memo and the ratings together make likeliest.

    score = evidence × prior × support

*Evidence*: how strongly the fault's signals show; its first-named signal is its own, the others only hint.
*Prior*: the catalogue names the dish's faults likeliest first.
*Support*: the learner's own words, and low ratings of what the fault spoils. Where words speak for a fault,
less evidence is enough; without any, words alone are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.content import Fault
from pipeline.providers.offline.vision.mentions import mentions
from pipeline.providers.offline.vision.signals import Evidence
from pipeline.providers.ports import AnalysisBrief

_ENOUGH_WITHOUT_WORDS = 0.5  # the evidence a fault needs when the learner says nothing of it
_ENOUGH_WITH_WORDS = 0.25  # and when the learner does
_PLAIN = 0.5  # the least that a second sign must show
_HINT_WEIGHT = 0.65  # of a signal that other faults are better known by
_SECOND_SIGNAL_WEIGHT = 0.2  # of what is missing to certainty
_RANK_COST = 0.02  # of each place down the catalogue's list
_LOWEST_PRIOR = 0.75
_WORDS_SUPPORT = 0.5
_LOW_RATING_SUPPORT = 0.15
_GOOD_RATING_SUPPORT = -0.1

Confidence = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Verdict:
    fault: Fault
    evidence: tuple[Evidence, ...]  # strongest first
    strength: float  # of the evidence, 0 to 1
    score: float
    learner_agrees: bool  # the learner's words mention the fault


def weigh(brief: AnalysisBrief, evidence: Sequence[Evidence]) -> list[Verdict]:
    """The faults with enough evidence, likeliest first; empty when nothing wrong shows."""
    remarks = (brief.transcript, *brief.structured_input.identified_issues)
    verdicts = []
    for rank, fault in enumerate(brief.faults):
        strength, fault_evidence = _evidence_of(fault, evidence)
        if strength < _ENOUGH_WITH_WORDS:
            continue
        agrees = mentions(remarks, fault.learner_words)
        if strength < (_ENOUGH_WITH_WORDS if agrees else _ENOUGH_WITHOUT_WORDS):
            continue
        prior = max(1 - _RANK_COST * rank, _LOWEST_PRIOR)
        support = 1 + (_WORDS_SUPPORT if agrees else 0) + _ratings_support(fault, brief.self_ratings)
        verdicts.append(Verdict(fault, fault_evidence, strength, strength * prior * support, agrees))
    return sorted(verdicts, key=lambda verdict: -verdict.score)


def confidence_in(verdicts: Sequence[Verdict]) -> Confidence:
    """From the evidence and from how far the next fault lies behind. One sign alone may be something else: high only where
    a second one shows, or the learner speaks of it."""
    best = verdicts[0]
    margin = best.score - verdicts[1].score if len(verdicts) > 1 else best.score
    is_borne_out = best.learner_agrees or sum(each.strength >= _PLAIN for each in best.evidence) > 1
    if is_borne_out and best.strength >= 0.75 and margin >= 0.2:
        return "high"
    return "medium" if best.strength >= 0.6 or best.learner_agrees else "low"


def _evidence_of(fault: Fault, evidence: Sequence[Evidence]) -> tuple[float, tuple[Evidence, ...]]:
    """How strongly the fault shows, and by what."""
    weights = [
        (each.strength * (1 if each.signal is fault.signals[0] else _HINT_WEIGHT), each)
        for each in evidence
        if each.signal in fault.signals
    ]
    if not weights:
        return 0.0, ()
    weights.sort(key=lambda pair: -pair[0])
    strength = weights[0][0]
    if len(weights) > 1:
        strength += _SECOND_SIGNAL_WEIGHT * (1 - strength) * weights[1][0]
    return strength, tuple(each for _, each in weights)


def _ratings_support(fault: Fault, ratings: dict[str, int]) -> float:
    """Low ratings of what the fault spoils speak for it, high ones a little against it."""
    marks = [ratings[aspect.value] for aspect in fault.aspects if aspect.value in ratings]
    if not marks:
        return 0.0
    return _LOW_RATING_SUPPORT if min(marks) <= 2 else _GOOD_RATING_SUPPORT if min(marks) >= 4 else 0.0
