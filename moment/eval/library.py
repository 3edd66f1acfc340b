"""Where the principles come from: the product's own retrieval where a database holds them."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Principle
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import Database
from models.principle import CookingPrinciple
from pipeline.briefs import principle_to_teach
from pipeline.providers.ports import Embedder
from pipeline.search import PrincipleSearch


class Library:
    """`database` is None where none is named; one without this embedder's vectors is not searched either."""

    def __init__(self, embedder: Embedder, database: Database | None) -> None:
        self._search: PrincipleSearch | None = None
        if database is not None and _holds(database, embedder.model):
            self._search = PrincipleSearch(database, embedder)

    @property
    def searchable(self) -> bool:
        return self._search is not None

    def principles_for(
        self, analysis: VideoAnalysis, dish: DishGuide, questions: Sequence[str], session_number: int
    ) -> list[RetrievedPrinciple]:
        """Nearest first; without a database, only the one that is to be taught."""
        if self._search is None:
            fault = load().faults.get(analysis.fault or "")
            return [_best_match(principle_to_teach(dish, fault, session_number))]
        return self._search.principles_for(analysis, dish, questions)


def _holds(database: Database, model: str) -> bool:
    """Whether the principles lie there as this embedder reads them: vectors of two models don't compare."""
    with database.transaction() as db:
        statement = select(func.count()).where(col(CookingPrinciple.embedding_model) == model)
        return bool(db.exec(statement).one())


def _best_match(principle: Principle) -> RetrievedPrinciple:
    return RetrievedPrinciple(
        principle_id=principle.id,
        title=principle.title,
        text=principle.text,
        category=principle.category,
        score=1.0,
    )
