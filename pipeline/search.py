"""The principles that answer a text best: by meaning (pgvector) and by words shared, ranked in one statement.

The two kinds of score have different scales, and each embedding model its own, so both are put on one:
how many standard deviations a principle lies above the others for this very text.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pgvector import SparseVector
from sqlalchemy import ColumnElement, Float, Select, func, literal, select, union_all
from sqlmodel import Session as DbSession
from sqlmodel import col

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from knowledge_base.terms import Terms, query_terms
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import Database
from models.principle import TERM_DIMENSIONS, CookingPrinciple
from pipeline.providers import ledger
from pipeline.providers.ports import Embedder, Vector

QUESTIONS = 3  # of the memo; a longer list gets no better answers
NEAREST = 3  # principles that a question is answered with


class Ranking(Enum):
    """What counts, as (meaning, words). The product ranks by BOTH; the others are for measuring."""

    MEANING = (1.0, 0.0)
    WORDS = (0.0, 1.0)
    BOTH = (1.0, 1.3)


@dataclass(frozen=True)
class Query:
    """A text made ready to be searched for, so that no transaction waits for the embedder."""

    vector: Vector  # 768 numbers
    terms: Terms


@dataclass(frozen=True)
class PrincipleSearch:
    database: Database
    embedder: Embedder

    def prepare(self, text: str) -> Query:
        return Query(self.embedder.embed_query(text), query_terms(text))

    def principles_for(
        self, analysis: VideoAnalysis, dish: DishGuide, questions: Sequence[str]
    ) -> list[RetrievedPrinciple]:
        """Those that explain the diagnosis, then those that answer the memo's first questions, each once."""
        skills = load().skills
        skill_names = "、".join(skills.get(skill, skill) for skill in dish.principles)
        texts = [f"{analysis.diagnosis} {skill_names}"]
        texts += [f"{question} {dish.name_ja}" for question in questions[:QUESTIONS]]
        with ThreadPoolExecutor(len(texts)) as pool:  # each is a call of its own to the embedder
            queries = list(pool.map(ledger.in_this_context(self.prepare), texts))
        principles: dict[str, RetrievedPrinciple] = {}
        with self.database.reads() as db:
            for principle in nearest(db, queries):
                principles.setdefault(principle.principle_id, principle)
        return list(principles.values())

    def nearest(
        self, query: Query, limit: int = NEAREST, ranking: Ranking = Ranking.BOTH
    ) -> list[RetrievedPrinciple]:
        with self.database.reads() as db:
            return nearest(db, [query], limit, ranking)


def nearest(
    db: DbSession, queries: Sequence[Query], limit: int = NEAREST, ranking: Ranking = Ranking.BOTH
) -> list[RetrievedPrinciple]:
    """Those of the first query, then those of the next; of each the best first. `score` is the cosine similarity,
    whatever the ranking."""
    best = [
        _best(query, limit, ranking).add_columns(literal(place).label("place"))
        for place, query in enumerate(queries)
    ]
    together = union_all(*(select(each.subquery()) for each in best)).subquery()
    in_order = together.c.place, together.c.merit.desc(), together.c.principle_id
    return [
        RetrievedPrinciple(
            principle_id=principle.principle_id,
            title=principle.title,
            text=principle.principle_text,
            category=principle.category,
            score=principle.score,
        )
        for principle in db.execute(select(together).order_by(*in_order))
    ]


def _best(query: Query, limit: int, ranking: Ranking) -> Select[Any]:
    """Every row is scored: at a few hundred that is exact and quicker than an index."""
    distance = col(CookingPrinciple.embedding).op("<=>", return_type=Float)(query.vector)
    words = SparseVector(query.terms, TERM_DIMENSIONS)
    negative_product = col(CookingPrinciple.search_terms).op("<#>", return_type=Float)(words)
    row = CookingPrinciple
    scores = select(
        col(row.principle_id),
        col(row.title),
        col(row.principle_text),
        col(row.category),
        (1.0 - distance).label("score"),
        (-negative_product).label("common_words"),
    ).subquery()
    meaning, wording = ranking.value
    merit = meaning * _deviations(scores.c.score) + wording * _deviations(scores.c.common_words)
    ranked = select(scores, merit.label("merit"))
    return ranked.order_by(merit.desc(), scores.c.principle_id).limit(limit)


def _deviations(score: ColumnElement[float]) -> ColumnElement[float]:
    """How far above the mean, in standard deviations; 0 for all when they are equal (no word is shared)."""
    spread = func.nullif(func.stddev_pop(score).over(), 0.0)
    return func.coalesce((score - func.avg(score).over()) / spread, 0.0)
