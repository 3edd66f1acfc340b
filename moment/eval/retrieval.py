"""How well retrieval finds what a learner needs: labelled questions against the ranking the product uses.

A query is a hit at k when one of its labelled principles is among the first k.
"""

import json
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.table import Table

import knowledge_base
from knowledge_base.catalogue import load
from models.database import Database
from moment.errors import UsageError
from pipeline.providers.ports import Embedder
from pipeline.search import PrincipleSearch, Ranking, nearest

OWN_QUERIES = Path(knowledge_base.__file__).parent / "eval" / "queries.jsonl"
ALL = "all"
HELD_BACK = "held back"


class WrongQueries(UsageError):
    """The labelled set can't be used; the message names file, line and what is wrong."""


class LabelledQuery(BaseModel):
    model_config = ConfigDict(extra="ignore")

    query: str = Field(min_length=1)
    principle_ids: list[str] = Field(min_length=1)  # any of them answers it
    category: str = ""


@dataclass(frozen=True)
class Score:
    recall_at_1: float
    recall_at_3: float
    mrr: float  # mean of 1/place of the first labelled principle
    queries: int


def is_held_back(query: str) -> bool:
    """A third, by chance: weights, spellings and learners' words are chosen on the others."""
    return zlib.crc32(query.encode()) % 3 == 0


def read_queries(path: Path) -> list[LabelledQuery]:
    """JSON lines. Raises WrongQueries."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongQueries(f"{path}: cannot be read: {type(error).__name__}") from error
    queries = [_read_query(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not queries:
        raise WrongQueries(f"{path}: no queries")
    return queries


def _read_query(path: Path, number: int, line: str) -> LabelledQuery:
    try:
        query = LabelledQuery.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "line"
        raise WrongQueries(f"{path}:{number}: {field}: {first['msg']}") from error
    principles = load().principles
    for name in query.principle_ids:
        if name not in principles:
            raise WrongQueries(f"{path}:{number}: principle_ids: no principle '{name}'")
    return (
        query
        if query.category
        else query.model_copy(update={"category": principles[query.principle_ids[0]].category})
    )


def rank(
    database: Database, embedder: Embedder, queries: Sequence[LabelledQuery]
) -> dict[Ranking, list[int]]:
    """For each ranking and query, the place (1 is best) of the first labelled principle."""
    search = PrincipleSearch(database, embedder)
    texts = [search.prepare(labelled.query) for labelled in queries]  # no transaction waits for the embedder
    places: dict[Ranking, list[int]] = {ranking: [] for ranking in Ranking}
    with database.transaction() as db:
        for labelled, text in zip(queries, texts, strict=True):
            for ranking, at in places.items():
                order = [each.principle_id for each in nearest(db, [text], len(load().principles), ranking)]
                at.append(1 + min(order.index(name) for name in labelled.principle_ids))
    return places


def score(places: Sequence[int]) -> Score:
    count = len(places)
    return Score(
        recall_at_1=sum(place <= 1 for place in places) / count,
        recall_at_3=sum(place <= 3 for place in places) / count,
        mrr=sum(1 / place for place in places) / count,
        queries=count,
    )


def evaluate_retrieval(
    database: Database, embedder: Embedder, queries: Sequence[LabelledQuery], *, as_json: bool
) -> None:
    """Prints the scores on standard output; the knowledge base must be ingested."""
    places = rank(database, embedder, queries)
    if as_json:
        product = score(places[Ranking.BOTH])
        rounded = {name: round(value, 4) for name, value in vars(product).items()}
        sys.stdout.write(json.dumps(rounded) + "\n")
        return
    Console().print(_table(queries, places))


def _table(queries: Sequence[LabelledQuery], places: dict[Ranking, list[int]]) -> Table:
    table = Table(title="Retrieval: recall@1, recall@3, MRR")
    table.add_column("category", no_wrap=True)
    table.add_column("queries", justify="right")
    for ranking in Ranking:
        table.add_column(ranking.name.lower(), justify="right")
    members: dict[str, list[int]] = defaultdict(list)
    for index, query in enumerate(queries):
        members[query.category].append(index)
    for category, indexes in sorted(members.items()):
        table.add_row(category, str(len(indexes)), *_cells(places, indexes))
    table.add_section()
    held_back = [index for index, query in enumerate(queries) if is_held_back(query.query)]
    if held_back:
        table.add_row(HELD_BACK, str(len(held_back)), *_cells(places, held_back))
    everything = range(len(queries))
    table.add_row(ALL, str(len(everything)), *_cells(places, everything))
    return table


def _cells(places: dict[Ranking, list[int]], indexes: Iterable[int]) -> list[str]:
    of_these = list(indexes)
    scores = [score([places[ranking][index] for index in of_these]) for ranking in Ranking]
    return [f"{each.recall_at_1:.2f} {each.recall_at_3:.2f} {each.mrr:.2f}" for each in scores]
