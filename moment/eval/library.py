"""Where the principles come from: the product's own retrieval where a database holds them."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Principle
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import transaction
from models.principle import CookingPrinciple
from pipeline.briefs import to_teach
from pipeline.providers.ports import Embedder
from pipeline.search import principles_for
from settings import settings


class Library:
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.searchable = settings().database_url is not None and _holds(embedder.model)

    def found(
        self, analysis: VideoAnalysis, dish: DishGuide, questions: Sequence[str], session_number: int
    ) -> list[RetrievedPrinciple]:
        """Nearest first; without a database, only the one that is to be taught."""
        if not self.searchable:
            fault = load().faults.get(analysis.fault or "")
            return [_handed(to_teach(dish, fault, session_number))]
        return principles_for(self._embedder, analysis, dish, questions)


def _holds(model: str) -> bool:
    """Whether the principles lie there as this embedder reads them: vectors of two models don't compare."""
    with transaction() as db:
        statement = select(func.count()).where(col(CookingPrinciple.embedding_model) == model)
        return bool(db.exec(statement).one())


def _handed(principle: Principle) -> RetrievedPrinciple:
    return RetrievedPrinciple(
        principle_id=principle.id,
        title=principle.title,
        text=principle.text,
        category=principle.category,
        score=1.0,
    )
