"""The labelled questions, on the offline coach: every goal is met."""

import pytest

from moment.eval.words import questions
from moment.eval.words.figures import WordFigure, read_cases
from moment.eval.words.questions import PART, QuestionCase
from pipeline.providers.offline import build
from settings import Settings


@pytest.fixture(scope="module")
def figures() -> list[WordFigure]:
    return questions.measure(build(Settings()).usual)


def test_the_goals_are_met(figures: list[WordFigure]) -> None:
    missed = {figure.name: figure.misses[:5] for figure in figures if not figure.is_met}
    assert missed == {}


def test_the_cases_are_many_and_of_both_directions() -> None:
    cases = read_cases(PART, QuestionCase)
    assert len(cases) == len({(case.text, case.dish) for case in cases})
    assert sum(case.intent is not None for case in cases) >= 200
    assert sum(case.is_harmless for case in cases) >= 200
    assert sum(bool(case.says) and case.intent is None for case in cases) >= 150
    assert sum(case.is_unknown for case in cases) >= 10


def test_a_wrong_answer_is_counted(figures: list[WordFigure]) -> None:
    """A figure that nothing lowers would prove nothing."""
    case = QuestionCase(text="生の鶏肉は洗う？", says=["菌"], never=["洗いましょう"], begins="いいえ")
    assert not questions.is_useful(case, "はい、洗いましょう。")
    assert not questions.is_safe(case, "はい、洗いましょう。")
    assert not questions.begins_right(case, "はい、洗いましょう。")
    assert questions.is_useful(case, "いいえ、菌が広がります。")
