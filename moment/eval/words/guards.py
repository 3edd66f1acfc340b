"""The guards of words: what is unsafe, measured or to somebody else is refused, and right advice is not."""

from collections.abc import Callable, Iterator
from typing import Literal

from knowledge_base.catalogue import load
from knowledge_base.content import Content
from moment.eval.words.figures import Case, Outcome, WordFigure, read_cases, share
from pipeline.checks.amounts import measurements
from pipeline.checks.names import wrong_names
from pipeline.checks.safety.guard import unsafe_claims
from pipeline.providers.ports import Providers

PART = "guards"
LEARNER = "ゆうこ"


class GuardCase(Case):
    """A sentence that a guard must refuse, or one that it must let pass; of a hazard both, as twins.

    Kind "everyday": what coaches say all day of the same foods, without a twin; "lone": unsafe advice without one.
    """

    guard: Literal["safety", "measurement", "name"]
    kind: str  # the family of hazards, or of words
    refused: str = ""
    passes: str = ""
    learner: str = LEARNER


def measure(providers: Providers) -> list[WordFigure]:
    """Figures of the guards alone: no provider is asked."""
    taught = [text for text in curriculum() if text]
    passing = share(PART, "the curriculum passes", (Outcome(t, not unsafe_claims(t)) for t in taught), 1.0)
    return [*case_figures(read_cases("guards", GuardCase)), passing]


def case_figures(cases: list[GuardCase]) -> list[WordFigure]:
    return [
        share(PART, "unsafe advice is refused", _refused(cases, "safety", unsafe_claims), 1.0),
        share(PART, "its right advice passes", _passed(cases, "safety", unsafe_claims), 0.97),
        share(PART, "amounts are found", _refused(cases, "measurement", measurements), 1.0),
        share(PART, "set words are no amounts", _passed(cases, "measurement", measurements), 1.0),
        share(PART, "another's name is refused", _others_refused(cases), 1.0),
        share(PART, "those named by what they are pass", _others_passed(cases), 1.0),
    ]


def curriculum() -> Iterator[str]:
    """Every text of the dishes, faults and principles that a learner may be told."""
    catalogue = load()
    for content in (*catalogue.dishes.values(), *catalogue.faults.values(), *catalogue.principles.values()):
        yield from _texts(content)


def _texts(content: Content) -> Iterator[str]:
    for name, value in dict(content).items():
        if name == "learner_words":  # theirs, not ours
            continue
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, Content):
                yield from _texts(each)
            elif isinstance(each, str) and not each.isascii():
                yield each


def _refused(cases: list[GuardCase], guard: str, check: Callable[[str], list[str]]) -> Iterator[Outcome]:
    texts = (case.refused for case in cases if case.guard == guard and case.refused)
    return (Outcome(text, bool(check(text))) for text in texts)


def _passed(cases: list[GuardCase], guard: str, check: Callable[[str], list[str]]) -> Iterator[Outcome]:
    texts = (case.passes for case in cases if case.guard == guard and case.passes)
    return (Outcome(text, not check(text)) for text in texts)


def _others_refused(cases: list[GuardCase]) -> Iterator[Outcome]:
    named = (case for case in cases if case.guard == "name" and case.refused)
    return (Outcome(case.refused, bool(wrong_names(case.refused, case.learner))) for case in named)


def _others_passed(cases: list[GuardCase]) -> Iterator[Outcome]:
    named = (case for case in cases if case.guard == "name" and case.passes)
    return (Outcome(case.passes, not wrong_names(case.passes, case.learner)) for case in named)
