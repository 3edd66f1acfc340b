"""The ranking: meaning and words in one statement, each on its own as well."""

import pytest
from sqlmodel import select

from knowledge_base.catalogue import load
from knowledge_base.terms import one_spelling, query_terms, terms
from models.database import transaction
from models.principle import TERM_DIMENSIONS, CookingPrinciple
from pipeline.search import Query, Ranking, nearest, prepared
from tests.quick_providers import Quick


def vector_of(principle_id: str) -> list[float]:
    with transaction() as db:
        row = db.exec(select(CookingPrinciple).where(CookingPrinciple.principle_id == principle_id)).one()
    return [float(value) for value in row.embedding]


def found(query: Query, ranking: Ranking, limit: int = 3) -> list[str]:
    with transaction() as db:
        return [each.principle_id for each in nearest(db, query, limit, ranking)]


@pytest.mark.usefixtures("database_url")
def test_meaning_ranks_by_cosine_alone() -> None:
    query = Query(vector_of("smoke-is-the-limit"), query_terms("味噌を溶いてから煮立てた"))

    with transaction() as db:
        best = nearest(db, query, 1, Ranking.MEANING)[0]

    assert best.score == pytest.approx(1.0, abs=1e-6)
    # The quick embedder gives texts of one length one vector.
    titles = {p.id for p in load().principles.values() if vector_of_same(best.principle_id, p.id)}
    assert "smoke-is-the-limit" in titles


def vector_of_same(one: str, other: str) -> bool:
    principles = load().principles
    return len(principles[one].passage) == len(principles[other].passage)


@pytest.mark.usefixtures("database_url")
def test_words_rank_without_any_meaning() -> None:
    query = Query(vector_of("smoke-is-the-limit"), query_terms("味噌を溶いてから煮立てた"))

    assert found(query, Ranking.WORDS)[0] == "miso-after-the-boil"


@pytest.mark.usefixtures("database_url")
def test_both_lift_what_either_finds() -> None:
    query = Query(vector_of("smoke-is-the-limit"), query_terms("味噌を溶いてから煮立てた"))

    first = found(query, Ranking.BOTH, 12)

    assert "miso-after-the-boil" in first
    assert any(vector_of_same(name, "smoke-is-the-limit") for name in first)


@pytest.mark.usefixtures("database_url")
def test_a_text_that_shares_no_word_is_ranked_by_meaning() -> None:
    query = Query(vector_of("smoke-is-the-limit"), query_terms("🙂"))

    assert query.terms == {}
    assert found(query, Ranking.BOTH) == found(query, Ranking.MEANING)


@pytest.mark.usefixtures("database_url")
def test_the_coach_is_shown_the_whole_principle() -> None:
    query = prepared(Quick(), "味噌を煮立てたら香りがしない")
    with transaction() as db:
        results = nearest(db, query, limit=5)

    assert len(results) == 5
    for result in results:
        principle = load().principles[result.principle_id]
        assert (result.title, result.text, result.category) == (
            principle.title,
            principle.text,
            principle.category,
        )


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
