"""The guards of words on their labelled cases."""

from collections import Counter

from moment.eval.words.figures import read_cases
from moment.eval.words.guards import GuardCase, measure
from tests.quick_providers import PROVIDERS

CASES = read_cases("guards", GuardCase)


def test_the_goals_are_met() -> None:
    assert [(figure.name, figure.misses) for figure in measure(PROVIDERS) if not figure.is_met] == []


def test_each_hazard_has_twins_and_each_guard_cases_both_ways() -> None:
    pairs = [case for case in CASES if case.guard == "safety" and case.kind not in ("everyday", "lone")]
    assert all(case.refused and case.passes and case.refused != case.passes for case in pairs)
    assert len(pairs) >= 250
    assert min(Counter(case.kind for case in pairs).values()) >= 2
    for guard, least in (("measurement", 60), ("name", 50)):
        cases = [case for case in CASES if case.guard == guard]
        assert len(cases) >= least
        assert min(sum(bool(case.refused) for case in cases), sum(bool(case.passes) for case in cases)) >= 12


def test_no_sentence_stands_twice() -> None:
    texts = Counter(text for case in CASES for text in (case.refused, case.passes) if text)
    assert [text for text, count in texts.items() if count > 1] == []
