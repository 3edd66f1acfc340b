"""The curriculum in memory, ranked as `pipeline.search` ranks it in the database: an evaluation needs no server."""

import numpy as np
from numpy.typing import NDArray

from knowledge_base.catalogue import load
from knowledge_base.ingest import embed_all
from knowledge_base.terms import Terms, principle_terms, query_terms
from models.coaching import RetrievedPrinciple
from pipeline.providers.ports import Embedder
from pipeline.search import NEAREST, Ranking

Scores = NDArray[np.float64]


class MemoryIndex:
    def __init__(self, embedder: Embedder) -> None:
        catalogue = load()
        principles = catalogue.principles
        self._embedder = embedder
        self._vectors = np.array(embed_all(list(principles.values()), embedder.embed_documents))
        self._words = [principle_terms(catalogue, principle) for principle in principles.values()]

    def order(self, text: str) -> list[str]:
        """The ids of all principles, nearest first."""
        merit = dict(zip(load().principles, self._merit(text), strict=True))
        return sorted(merit, key=lambda name: (-merit[name], name))

    def nearest(self, text: str) -> list[RetrievedPrinciple]:
        found = [load().principles[name] for name in self.order(text)[:NEAREST]]
        return [
            RetrievedPrinciple(
                principle_id=principle.id,
                title=principle.title,
                text=principle.text,
                category=principle.category,
                score=1.0,
            )
            for principle in found
        ]

    def _merit(self, text: str) -> Scores:
        of_meaning, of_words = Ranking.BOTH.value
        meaning = self._vectors @ np.array(self._embedder.embed_query(text))
        query = query_terms(text)
        wording = np.array([_common(query, each) for each in self._words])
        merit: Scores = of_meaning * _deviations(meaning) + of_words * _deviations(wording)
        return merit


def _common(query: Terms, principle: Terms) -> float:
    return sum(weight * principle.get(place, 0.0) for place, weight in query.items())


def _deviations(scores: Scores) -> Scores:
    """How far above the mean, in standard deviations."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread else np.zeros_like(scores)
