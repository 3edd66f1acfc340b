"""Words as retrieval compares them: one spelling, cut into pairs, the rarer the heavier."""

import pytest

from knowledge_base.terms import one_spelling, query_terms, terms
from models.principle import TERM_DIMENSIONS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("硬い肉", "かたい肉"),
        ("ニンニク", "にんにく"),
        ("醤油", "しょうゆ"),
        ("ﾊﾝﾊﾞｰｸﾞ", "ハンバーグ"),
        ("玉葱", "たまねぎ"),
    ],
)
def test_one_word_in_two_spellings_is_one(one: str, other: str) -> None:
    assert one_spelling(one) == one_spelling(other)
    assert terms(one) == terms(other)


def test_terms_do_not_reach_across_marks() -> None:
    assert "いか" not in terms("甘い。かたい")
    assert terms("？！…") == []


def test_a_rare_word_outweighs_a_common_one() -> None:
    (rare,) = query_terms("寄").values()
    (common,) = query_terms("火").values()

    assert rare > common
    assert all(0 <= place < TERM_DIMENSIONS for place in query_terms("味噌を溶いて煮立てた"))
