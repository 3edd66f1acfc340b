"""The offline coach's words over many cooks meet their goals."""

from moment.eval.words.coaching import measure
from moment.eval.words.cooks import RawCase
from moment.eval.words.figures import read_cases
from pipeline.providers.offline import build
from settings import Settings


def test_the_offline_coach_meets_every_goal() -> None:
    figures = measure(build(Settings()).usual)

    assert [(each.name, each.value, each.misses[:3]) for each in figures if not each.is_met] == []
    assert [each.name for each in figures if each.cases == 0] == []


def test_the_raw_meat_set_has_hard_cases_both_ways() -> None:
    cases = read_cases("raw_meat", RawCase)

    assert sum(case.warns for case in cases) >= 60
    assert sum(not case.warns for case in cases) >= 40
    assert len({case.dish for case in cases}) >= 12
