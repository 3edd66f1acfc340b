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
    """Hits among the answers and among the labels; adds up over clips."""

    hits: int = 0
    answers: int = 0
    labels: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.hits + other.hits, self.answers + other.answers, self.labels + other.labels)

    @property
    def precision(self) -> float | None:
        return share(self.hits, self.answers)

    @property
    def recall(self) -> float | None:
        return share(self.hits, self.labels)

    @property
    def f1(self) -> float | None:
        return share(2 * self.hits, self.answers + self.labels)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return share(sum(numbers), len(numbers))


def percentile(values: Sequence[float], rank: float) -> float:
    """The nearest-rank percentile (`rank` 0 to 1); 0 of nothing."""
    in_order = sorted(values)
    return in_order[max(math.ceil(rank * len(in_order)), 1) - 1] if in_order else 0.0


def match(answers: Sequence[float], labels: Sequence[float], within: float) -> Counts:
    """One-to-one in time, the nearest pairs first."""
    pairs = sorted(
        (abs(answer - label), i, j) for i, answer in enumerate(answers) for j, label in enumerate(labels)
    )
    partners: dict[int, int] = {}  # of answers, among the labels
    for apart, i, j in pairs:
        if apart <= within and i not in partners and j not in partners.values():
            partners[i] = j
    return Counts(len(partners), len(answers), len(labels))


def distance(second: float, window: Window) -> float:
    """0 inside the window."""
    return max(window[0] - second, second - window[1], 0.0)


def events(result: ItemResult, within: float) -> Counts:
    labels = [event.t for event in result.item.events]
    if not labels:
        return Counts()  # nobody wrote them down: nothing to say
    looks = [[event.t_seconds for event in _events_of(run)] for run in result.runs]
    return sum((match(look, labels, within) for look in looks), Counts())


def _events_of(run: Run) -> Sequence[CookingEvent]:
    return run.analysis.cooking_events if run.analysis else ()


def faults(result: ItemResult) -> Counts:
    """Each run names one fault at most, so a clip is found when a right one is named."""
    item = result.item
    answers = [run.fault for run in result.runs if run.fault is not None]
    right = sum(fault in item.right_codes for fault in answers)
    return Counts(right, len(answers), 0 if item.clean else len(result.runs))


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
    labels = result.item.expected_questions
    return sum((_match_questions(run.memo_content.questions, labels) for run in result.runs), Counts())


def _match_questions(answers: Sequence[str], labels: Sequence[str]) -> Counts:
    hits = sum(any(alike(question, answer) for answer in answers) for question in labels)
    return Counts(hits, len(answers), len(labels))


def alike(question: str, other: str) -> bool:
    """The same question, perhaps in other words: most letter pairs of the shorter one are in the longer."""
    pairs, others = _pairs(question), _pairs(other)
    shared = sum((pairs & others).values())
    return shared >= _ALIKE * max(min(pairs.total(), others.total()), 1)


def _pairs(text: str) -> Counter[str]:
    bare = re.sub(r"[\s。、？?！!「」・]", "", text)
    return Counter(bare[at : at + 2] for at in range(len(bare) - 1))


def grounded(run: Run) -> bool:
    """What is taught was given to the coach, and the moment shown is near something it saw."""
    if run.coaching is None or run.analysis is None or not run.coaching.principle_ids:
        return False
    return set(run.coaching.principle_ids) <= set(run.principles) and _near_something(run.analysis)


def _near_something(analysis: VideoAnalysis) -> bool:
    moment = float(analysis.key_moment_seconds)
    spans: list[Window] = [
        (float(event.t_seconds), float(event.t_seconds + event.duration_seconds))
        for event in analysis.cooking_events
    ]
    spans += [(signal.second, signal.second) for signal in analysis.signals]
    return any(distance(moment, span) <= _REACH for span in spans)


def agreement(result: ItemResult) -> tuple[int, int]:
    """(runs that name what most runs name, runs)."""
    answers = Counter(run.fault for run in result.runs)
    return max(answers.values()), len(result.runs)


def moment_spread(result: ItemResult) -> float | None:
    moments = [run.analysis.key_moment_seconds for run in result.runs if run.analysis]
    return float(max(moments) - min(moments)) if moments else None
