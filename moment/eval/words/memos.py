"""Memos: what is read off them (issues, questions, one feeling), how they are answered, what is no memo."""

import re
from collections.abc import Iterable, Sequence

from pydantic import Field

from models.coaching import StructuredInput
from moment.eval.words import memo_answers, stock_phrases
from moment.eval.words.figures import Case, Outcome, WordFigure, read_cases, share
from pipeline.providers.ports import Providers

PART = "memos"
PRECISION, RECALL, FEELINGS = 0.95, 0.92, 0.9
MARKS = re.compile(r"[\s、。，．・「」]+")


class MemoCase(Case):
    """`issues` and `questions` are pieces of the memo, each of which belongs to an item of its own; `also` are remarks that
    one reader takes for issues and another does not."""

    voice: str
    memo: str
    issues: list[str]
    questions: list[str]
    also: list[str] = Field(default_factory=list)
    feelings: list[str] = Field(min_length=1)  # any of them is right; "" is none


def measure(providers: Providers) -> list[WordFigure]:
    """Raises WrongCases, ProviderError."""
    cases = read_cases("memos", MemoCase)
    return figures_of(providers, cases) + memo_answers.measure(providers) + stock_phrases.measure()


def figures_of(providers: Providers, cases: Sequence[MemoCase]) -> list[WordFigure]:
    """How well these are read. Raises ProviderError."""
    return reading_figures([(case, providers.coach.extract_entities(case.memo)[0]) for case in cases])


def reading_figures(read: Sequence[tuple[MemoCase, StructuredInput]]) -> list[WordFigure]:
    issues = [(case.memo, content.identified_issues, case.issues) for case, content in read]
    allowed = [(case.memo, content.identified_issues, case.issues + case.also) for case, content in read]
    questions = [(case.memo, content.questions, case.questions) for case, content in read]
    feelings = [
        Outcome(f"{content.emotional_state or '-'}: {case.memo}", content.emotional_state in case.feelings)
        for case, content in read
    ]
    return [
        share(PART, "issues, precision", was_said(allowed), PRECISION),
        share(PART, "issues, recall", was_found(issues), RECALL),
        share(PART, "questions, precision", was_said(questions), PRECISION),
        share(PART, "questions, recall", was_found(questions), RECALL),
        share(PART, "feeling", feelings, FEELINGS),
    ]


Reading = tuple[str, Sequence[str], Sequence[str]]  # the memo, the items found, the pieces labelled


def was_said(readings: Iterable[Reading]) -> list[Outcome]:
    """Of each item found, whether it is one of the labelled."""
    return [
        Outcome(f"{item}: {memo}", any(bare(piece) in bare(item) for piece in pieces))
        for memo, items, pieces in readings
        for item in items
    ]


def was_found(readings: Iterable[Reading]) -> list[Outcome]:
    """Of each labelled piece, whether an item holds it that holds no earlier one: what runs on must be divided."""
    outcomes = []
    for memo, items, pieces in readings:
        left = [bare(item) for item in items]
        for piece in pieces:
            holder = next((item for item in left if bare(piece) in item), None)
            outcomes.append(Outcome(f"{piece}: {memo}", holder is not None))
            if holder is not None:
                left.remove(holder)
    return outcomes


def bare(text: str) -> str:
    return MARKS.sub("", text)
