"""The retrieval measure itself, and that retrieval with the offline embedder is good enough to coach by."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import QueuePool

from knowledge_base.catalogue import load
from models.database import Database
from moment.cli import main
from moment.eval.retrieval import (
    OWN_QUERIES,
    WrongQueries,
    evaluate_retrieval,
    is_held_back,
    rank,
    read_queries,
    score,
)
from moment.eval.words.retrieval import AMONG_THREE, measure, places_of
from moment.knowledge import ingest_all
from moment.resources import open_resources
from pipeline.providers.ports import Embedder, Vector
from pipeline.search import Ranking
from settings import Settings
from tests import quick_providers
from tests.quick_providers import Quick


def test_scores_are_of_the_first_labelled_place() -> None:
    result = score([1, 2, 3, 4])

    assert (result.recall_at_1, result.recall_at_3, result.queries) == (0.25, 0.75, 4)
    assert result.mrr == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


def test_our_queries_cover_all_that_is_taught() -> None:
    queries = read_queries(OWN_QUERIES)
    answers = {name for query in queries for name in query.principle_ids}
    principles = load().principles

    assert len(queries) >= 300
    assert len({query.query for query in queries}) == len(queries)
    assert {query.category for query in queries} == set(load().skills)
    assert {dish for name in answers for dish in principles[name].dishes} == set(load().dishes)
    for query in queries:
        assert query.category == principles[query.principle_ids[0]].category, query.query


def test_our_queries_do_not_repeat_the_files() -> None:
    principles = load().principles
    for query in read_queries(OWN_QUERIES):
        for name in query.principle_ids:
            assert query.query not in principles[name].text
            assert principles[name].title not in query.query


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"query": "焦げた", "principle_ids": ["no-such"]}', ":1: principle_ids: no principle 'no-such'"),
        ('{"query": "焦げた"}', ":1: principle_ids: Field required"),
        ('\n{"query": "焦げた", "principle_ids": []}', ":2: principle_ids: "),
        ("焦げた", ":1: line: "),
        ("\n", "no queries"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_bad_set_gets_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, problem: str
) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(WrongQueries):
        read_queries(path)
    assert main(["eval", "retrieval", "--queries", str(path)]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert str(path) in output.err
    assert problem in output.err


def test_the_command_prints_one_json_object_of_the_products_ranking(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"query": "味噌を溶いてから煮立てた", "principle_ids": ["miso-after-the-boil"]}\n')

    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    arguments = ["eval", "retrieval", "--json", "--queries", str(path)]
    assert main(arguments, build=quick_providers.build) == 0

    scores = json.loads(capsys.readouterr().out)
    assert list(scores) == ["recall_at_1", "recall_at_3", "mrr", "queries"]
    assert scores["queries"] == 1


def test_the_table_has_a_row_for_each_category(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = [query for query in read_queries(OWN_QUERIES) if query.category in ("dashi", "emulsion")]

    evaluate_retrieval(database, Quick(), queries, as_json=False)

    table = capsys.readouterr().out
    for word in ("dashi", "emulsion", "all", "meaning", "words", "both"):
        assert word in table


def test_no_transaction_waits_for_the_embedder(database: Database) -> None:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    connections_in_use = pool.checkedout

    class Watchful(Quick):
        def embed_query(self, text: str) -> Vector:
            assert connections_in_use() == 0
            return super().embed_query(text)

    places = rank(database, Watchful(), read_queries(OWN_QUERIES)[:3])
    assert [len(at) for at in places.values()] == [3, 3, 3]


def test_a_third_is_held_back_by_chance() -> None:
    queries = read_queries(OWN_QUERIES)

    assert 0.25 < sum(is_held_back(query.query) for query in queries) / len(queries) < 0.42


class Remembering:
    """An embedder that embeds no question twice: three rankings of the same hundreds are measured."""

    def __init__(self, embedder: Embedder) -> None:
        self.model = embedder.model
        self.embed_documents = embedder.embed_documents
        self.embed_query = cache(embedder.embed_query)


def test_the_offline_embedder_finds_what_learners_ask_for(settings: Settings) -> None:
    """The goals, also on the questions that nothing was chosen on; in memory as in the database."""
    queries = read_queries(OWN_QUERIES)
    held_back = [index for index, query in enumerate(queries) if is_held_back(query.query)]
    with open_resources(settings) as resources:
        ingest_all(resources)
        providers = resources.providers.get()
        embedder = Remembering(providers.embedder)
        places = rank(resources.database, embedder, queries)
        figures = measure(replace(providers, embedder=embedder))
        assert places_of(embedder, queries) == places[Ranking.BOTH]

    assert [figure.name for figure in figures if not figure.is_met] == []
    assert score([places[Ranking.BOTH][index] for index in held_back]).recall_at_3 >= AMONG_THREE
    assert score(places[Ranking.BOTH]).recall_at_3 > score(places[Ranking.MEANING]).recall_at_3
    assert score(places[Ranking.BOTH]).recall_at_3 > score(places[Ranking.WORDS]).recall_at_3
