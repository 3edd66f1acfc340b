"""The measures themselves: pure functions of labels and answers. Times in seconds."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.coaching import CookingEvent, VideoAnalysis
from moment.eval.golden import GoldenItem, Window
from moment.eval.results import ItemResult, Run

_ALIKE = 0.6  # of the shorter question's letter pairs: the same question in other words keeps about that
_REACH = 2.0  # seconds from a cited moment to what was seen


@dataclass(frozen=True)
class Counts:
    """Hits among what was found and what was labelled; adds up over clips."""

    hits: int = 0
    found: int = 0
    labelled: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.hits + other.hits, self.found + other.found, self.labelled + other.labelled)

    @property
    def precision(self) -> float | None:
        return share(self.hits, self.found)

    @property
    def recall(self) -> float | None:
        return share(self.hits, self.labelled)

    @property
    def f1(self) -> float | None:
        return share(2 * self.hits, self.found + self.labelled)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def mean(values: Iterable[float]) -> float | None:
    held = list(values)
    return share(sum(held), len(held))


def percentile(values: Sequence[float], rank: float) -> float:
    """The nearest-rank percentile (`rank` 0 to 1); 0 of nothing."""
    held = sorted(values)
    return held[max(math.ceil(rank * len(held)), 1) - 1] if held else 0.0


def matched(found: Sequence[float], labelled: Sequence[float], within: float) -> Counts:
    """One-to-one in time, the nearest pairs first."""
    pairs = sorted((abs(f - w), i, j) for i, f in enumerate(found) for j, w in enumerate(labelled))
    used_found: set[int] = set()
    used_labelled: set[int] = set()
    for apart, i, j in pairs:
        if apart <= within and i not in used_found and j not in used_labelled:
            used_found.add(i)
            used_labelled.add(j)
    return Counts(len(used_found), len(found), len(labelled))


def distance(second: float, window: Window) -> float:
    """0 inside the window."""
    return max(window[0] - second, second - window[1], 0.0)


def events(result: ItemResult, within: float) -> Counts:
    labelled = [event.t for event in result.item.events]
    if not labelled:
        return Counts()  # nobody wrote them down: nothing to say
    looks = [[event.t_seconds for event in _seen(run)] for run in result.runs]
    return sum((matched(look, labelled, within) for look in looks), Counts())


def _seen(run: Run) -> Sequence[CookingEvent]:
    return run.analysis.cooking_events if run.analysis else ()


def faults(result: ItemResult) -> Counts:
    """Each run names one fault at most, so a clip is found when a right one is named."""
    item = result.item
    named = [run.fault for run in result.runs if run.fault is not None]
    right = sum(fault in item.right_codes for fault in named)
    return Counts(right, len(named), 0 if item.clean else len(result.runs))


def false_alarms(result: ItemResult) -> tuple[int, int]:
    """(runs that name a fault, runs) on a clean clip; runs without an analysis alarm nobody and don't count."""
    looks = [run for run in result.runs if run.analysis] if result.item.clean else []
    return sum(run.fault is not None for run in looks), len(looks)


def moment_hit(item: GoldenItem, run: Run, within: float) -> bool:
    """Near the labelled window; on a faulty clip only where a fault was named at all: praise of the right
    second misses the point."""
    if item.key_moment is None or run.analysis is None or (run.fault is None and not item.clean):
        return False
    return distance(run.analysis.key_moment_seconds, item.key_moment) <= within


def moment_error(item: GoldenItem, run: Run) -> float | None:
    if item.key_moment is None or run.analysis is None:
        return None
    return distance(run.analysis.key_moment_seconds, item.key_moment)


def gravest_first(result: ItemResult) -> tuple[int, int]:
    """(runs that name one of the gravest faults, runs) on a clip with several of different severity."""
    severities = {fault.code: fault.severity for fault in result.item.faults}
    if len(set(severities.values())) < 2:
        return 0, 0
    gravest = max(severities.values())
    right = sum(severities.get(run.fault or "") == gravest for run in result.runs)
    return right, len(result.runs)


def questions(result: ItemResult) -> Counts:
    expected = result.item.expected_questions
    return sum((_questions_found(run.said.questions, expected) for run in result.runs), Counts())


def _questions_found(found: Sequence[str], expected: Sequence[str]) -> Counts:
    hits = sum(any(alike(question, other) for other in found) for question in expected)
    return Counts(hits, len(found), len(expected))


def alike(question: str, other: str) -> bool:
    """The same question, perhaps in other words: most letter pairs of the shorter one are in the longer."""
    pairs, others = _pairs(question), _pairs(other)
    shared = sum((pairs & others).values())
    return shared >= _ALIKE * max(min(pairs.total(), others.total()), 1)


def _pairs(text: str) -> Counter[str]:
    bare = re.sub(r"[\s。、？?！!「」・]", "", text)
    return Counter(bare[at : at + 2] for at in range(len(bare) - 1))


def grounded(run: Run) -> bool:
    """What is taught was handed to the coach, and the moment shown is near something it saw."""
    if run.coaching is None or run.analysis is None or not run.coaching.principle_ids:
        return False
    return set(run.coaching.principle_ids) <= set(run.handed) and _near_something(run.analysis)


def _near_something(analysis: VideoAnalysis) -> bool:
    moment = float(analysis.key_moment_seconds)
    spans: list[Window] = [
        (float(event.t_seconds), float(event.t_seconds + event.duration_seconds))
        for event in analysis.cooking_events
    ]
    spans += [(seen.second, seen.second) for seen in analysis.signals]
    return any(distance(moment, span) <= _REACH for span in spans)


def agreement(result: ItemResult) -> tuple[int, int]:
    """(runs that name what most runs name, runs)."""
    named = Counter(run.fault for run in result.runs)
    return max(named.values()), len(result.runs)


def moment_spread(result: ItemResult) -> float | None:
    moments = [run.analysis.key_moment_seconds for run in result.runs if run.analysis]
    return float(max(moments) - min(moments)) if moments else None
