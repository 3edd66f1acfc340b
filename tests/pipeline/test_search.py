"""The ranking: meaning and words in one statement, each on its own as well."""

import pytest
from sqlmodel import select

from knowledge_base.catalogue import load
from knowledge_base.terms import query_terms
from models.database import Database
from models.principle import CookingPrinciple
from pipeline.search import PrincipleSearch, Query, Ranking
from tests.quick_providers import Quick


@pytest.fixture
def search(database: Database) -> PrincipleSearch:
    return PrincipleSearch(database, Quick())


@pytest.fixture
def smoke(database: Database) -> list[float]:
    """The vector of the principle about smoke."""
    with database.transaction() as db:
        which = CookingPrinciple.principle_id == "smoke-is-the-limit"
        row = db.exec(select(CookingPrinciple).where(which)).one()
    return [float(value) for value in row.embedding]


def names(search: PrincipleSearch, query: Query, ranking: Ranking, limit: int = 3) -> list[str]:
    return [each.principle_id for each in search.nearest(query, limit, ranking)]


def have_same_vector(one: str, other: str) -> bool:
    """The quick embedder gives texts of one length one vector."""
    principles = load().principles
    return len(principles[one].passage) == len(principles[other].passage)


def test_meaning_ranks_by_cosine_alone(search: PrincipleSearch, smoke: list[float]) -> None:
    query = Query(smoke, query_terms("味噌を溶いてから煮立てた"))

    best = search.nearest(query, 1, Ranking.MEANING)[0]

    assert best.score == pytest.approx(1.0, abs=1e-6)
    assert have_same_vector(best.principle_id, "smoke-is-the-limit")


def test_words_rank_without_any_meaning(search: PrincipleSearch, smoke: list[float]) -> None:
    query = Query(smoke, query_terms("味噌を溶いてから煮立てた"))

    assert names(search, query, Ranking.WORDS)[0] == "miso-after-the-boil"


def test_both_lift_what_either_finds(search: PrincipleSearch, smoke: list[float]) -> None:
    query = Query(smoke, query_terms("味噌を溶いてから煮立てた"))

    first = names(search, query, Ranking.BOTH, 12)

    assert "miso-after-the-boil" in first
    assert any(have_same_vector(name, "smoke-is-the-limit") for name in first)


def test_a_text_that_shares_no_word_is_ranked_by_meaning(search: PrincipleSearch, smoke: list[float]) -> None:
    query = Query(smoke, query_terms("🙂"))

    assert query.terms == {}
    assert names(search, query, Ranking.BOTH) == names(search, query, Ranking.MEANING)


def test_the_coach_gets_the_whole_principle(search: PrincipleSearch) -> None:
    results = search.nearest(search.prepare("味噌を煮立てたら香りがしない"), limit=5)

    assert len(results) == 5
    for result in results:
        principle = load().principles[result.principle_id]
        assert (result.title, result.text, result.category) == (
            principle.title,
            principle.text,
            principle.category,
        )
