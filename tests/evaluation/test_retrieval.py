"""The retrieval measure itself, and that retrieval with the offline embedder is good enough to coach by."""

import json
from pathlib import Path

import pytest

from knowledge_base.catalogue import load
from models.database import transaction
from moment.cli import main
from moment.eval.retrieval import OWN_QUERIES, WrongQueries, evaluate_retrieval, places, read_queries, score
from moment.knowledge import ingest_all
from pipeline.providers.loading import providers
from pipeline.search import Ranking
from tests.process import name_in_environment
from tests.quick_providers import Quick


def test_scores_are_of_the_first_labelled_place() -> None:
    found = score([1, 2, 3, 4])

    assert (found.recall_at_1, found.recall_at_3, found.queries) == (0.25, 0.75, 4)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


def test_our_queries_cover_all_that_is_taught() -> None:
    queries = read_queries(OWN_QUERIES)
    labelled = {name for query in queries for name in query.principle_ids}
    principles = load().principles

    assert len(queries) >= 130
    assert len({query.query for query in queries}) == len(queries)
    assert {query.category for query in queries} == set(load().skills)
    assert {dish for name in labelled for dish in principles[name].dishes} == set(load().dishes)
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

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert str(path) in said.err
    assert problem in said.err


@pytest.mark.usefixtures("database_url", "broker_url")
def test_the_command_prints_one_json_object_of_the_products_ranking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"query": "味噌を溶いてから煮立てた", "principle_ids": ["miso-after-the-boil"]}\n')

    with name_in_environment(PROVIDERS="tests.quick_providers"):
        assert main(["eval", "retrieval", "--json", "--queries", str(path)]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["recall_at_1", "recall_at_3", "mrr", "queries"]
    assert printed["queries"] == 1


@pytest.mark.usefixtures("database_url")
def test_the_table_has_a_row_for_each_category(capsys: pytest.CaptureFixture[str]) -> None:
    queries = [query for query in read_queries(OWN_QUERIES) if query.category in ("dashi", "emulsion")]

    evaluate_retrieval(Quick(), queries, as_json=False)

    printed = capsys.readouterr().out
    for word in ("dashi", "emulsion", "all", "meaning", "words", "both"):
        assert word in printed


@pytest.mark.usefixtures("database_url")
def test_the_offline_embedder_finds_what_learners_ask_for() -> None:
    """The weights were chosen on the even lines; the odd ones are held to the goal."""
    held_out = read_queries(OWN_QUERIES)[1::2]
    with name_in_environment(PROVIDERS="pipeline.providers.offline"):
        ingest_all()
        with transaction() as db:
            found = places(db, providers().embedder, held_out)

    both = score(found[Ranking.BOTH]).recall_at_3
    assert both >= 0.85
    assert both > score(found[Ranking.MEANING]).recall_at_3
    assert both > score(found[Ranking.WORDS]).recall_at_3
