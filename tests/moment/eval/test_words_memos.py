"""The labelled memos are read, answered and heard as well as the goals say."""

from moment.eval.words import memo_answers, memos, stock_phrases
from moment.eval.words.figures import WordFigure, read_cases
from pipeline.providers.offline.coach import OfflineCoach

COACH = OfflineCoach()
EVERY = 29  # of the questions, for each cook: all are asked of some


def misses(figures: list[WordFigure]) -> list[str]:
    return [
        f"{figure.name}: {figure.value:.3f} {figure.misses[:5]}" for figure in figures if not figure.is_met
    ]


def test_memos_are_read_as_people_read_them() -> None:
    cases = read_cases("memos", memos.MemoCase)
    read = [(case, COACH.extract_entities(case.memo)[0]) for case in cases]
    assert len(cases) >= 120
    assert misses(memos.reading_figures(read)) == []


def test_a_memos_question_is_answered_by_what_it_is_about() -> None:
    asked = read_cases("memo_questions", memo_answers.MemoQuestion)
    assert len(asked) >= 25
    assert {question.question for question in asked if question.asks_next}
    answered = list(memo_answers.answers(Only, asked, EVERY))  # type: ignore[arg-type]
    assert misses(memo_answers.answer_figures(answered)) == []


class Only:
    coach = COACH


def test_what_recognisers_invent_is_left_out_and_what_is_said_stays() -> None:
    assert misses(stock_phrases.measure()) == []
