"""An answer in the chat keeps the rules of all words for learners."""

import pytest

from pipeline.checks.answer import MAX_ANSWER, check_answer
from pipeline.providers.ports import ProviderRefused
from tests.pipeline.checks.kitchen import GOOD, question


@pytest.mark.parametrize("wrong", ["", "  ", "3分です。", "あ" * MAX_ANSWER + "です。", "知らない"])
def test_an_answer_against_the_rules_is_refused(wrong: str) -> None:
    check_answer(GOOD, question())
    with pytest.raises(ProviderRefused):
        check_answer(wrong, question())
