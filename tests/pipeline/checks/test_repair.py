"""What breaks the rules is repaired once, by naming what is wrong with it."""

import pytest

from models.coaching import CoachingText, Usage
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.repair import ask_with_repair
from pipeline.providers.ports import ProviderRefused, Repair
from tests.pipeline.checks.kitchen import GOOD, brief, coaching, question


def test_a_refused_answer_is_repaired_once_by_naming_what_is_wrong() -> None:
    repairs: list[Repair | None] = []

    def ask(repair: Repair | None) -> tuple[CoachingText, Usage]:
        repairs.append(repair)
        return coaching(skill=GOOD if repair else "強火で3分です。"), Usage()

    def check(text: CoachingText) -> None:
        check_coaching(text, brief())

    text, _ = ask_with_repair(ask, check)
    assert text.skill == GOOD
    assert repairs[0] is None
    assert repairs[1] is not None
    assert repairs[1].violations == ("measurement: '3分'",)
    assert "強火で3分です。" in repairs[1].answer


def test_an_answer_that_stays_wrong_is_refused_after_one_repair() -> None:
    calls = []

    def ask(repair: Repair | None) -> tuple[str, Usage]:
        calls.append(repair)
        return "3分です。", Usage()

    with pytest.raises(ProviderRefused):
        ask_with_repair(ask, lambda answer: check_answer(answer, question()))
    assert len(calls) == 2


def test_what_was_blocked_is_not_repaired() -> None:
    calls = []

    def ask(repair: Repair | None) -> tuple[str, Usage]:
        calls.append(repair)
        raise ProviderRefused(["blocked: SAFETY"])

    with pytest.raises(ProviderRefused):
        ask_with_repair(ask, lambda answer: check_answer(answer, question()))
    assert calls == [None]
