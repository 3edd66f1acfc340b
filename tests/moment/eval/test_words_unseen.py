"""What nobody tuned on is no worse than when it was first run, and no case of it is in the sets that were tuned on."""

from moment.eval.retrieval import OWN_QUERIES, read_queries
from moment.eval.words import guards, memos, questions, unseen
from moment.eval.words.figures import read_cases
from pipeline.providers.offline import build
from settings import Settings


def test_no_floor_is_undercut() -> None:
    figures = unseen.measure(build(Settings()).usual)
    assert {figure.name for figure in figures} == set(unseen.FLOORS)
    assert [(figure.name, figure.value, figure.misses) for figure in figures if not figure.is_met] == []


def test_unseen_cases_are_in_no_set_that_was_tuned_on() -> None:
    def texts(folder: str) -> set[str]:
        guarded = read_cases(f"{folder}guards", guards.GuardCase)
        return (
            {text for case in guarded for text in (case.refused, case.passes) if text}
            | {case.memo for case in read_cases(f"{folder}memos", memos.MemoCase)}
            | {case.text for case in read_cases(f"{folder}questions", questions.QuestionCase)}
        )

    assert texts("unseen/") & texts("") == set()
    own = {query.query for query in read_queries(OWN_QUERIES)}
    assert own & {query.query for query in read_queries(unseen.QUERIES)} == set()
