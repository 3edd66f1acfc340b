"""The everyday answers keep the rules of all words for learners."""

from collections import Counter

import pytest

from knowledge_base.basics import Basic, basics
from pipeline.checks.language import violations

LONGEST = 200  # characters: an opening and a closing stand around it


@pytest.mark.parametrize("basic", basics(), ids=lambda basic: basic.id)
def test_an_answer_is_short_and_keeps_the_rules(basic: Basic) -> None:
    assert violations(basic.answer, LONGEST) == []


def test_each_has_its_own_id_and_words() -> None:
    assert [name for name, count in Counter(basic.id for basic in basics()).items() if count > 1] == []
    for basic in basics():
        for line in basic.about:
            parts = line.partition("!")[0].split("&")
            assert all(part.strip(" |") for part in parts), (basic.id, line)
