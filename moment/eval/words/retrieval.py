"""Whether a learner's question finds the principle that answers it, ranked as the product does but in memory.

`moment eval retrieval` asks the database itself, and splits the figures by skill.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge_base.catalogue import load
from knowledge_base.ingest import embed_all
from knowledge_base.terms import Terms, principle_terms, query_terms
from moment.eval.retrieval import OWN_QUERIES, LabelledQuery, is_held_back, read_queries
from moment.eval.words.figures import Outcome, WordFigure, share
from pipeline.providers.ports import Embedder, Providers
from pipeline.search import Ranking

PART = "retrieval"
FIRST, AMONG_THREE = 0.85, 0.97

Scores = NDArray[np.float64]


def measure(providers: Providers) -> list[WordFigure]:
    queries = read_queries(OWN_QUERIES)
    places = list(zip(queries, places_of(providers.embedder, queries), strict=True))
    held_back = [(query, place) for query, place in places if is_held_back(query.query)]
    return [
        _recall("the right principle first", places, 1, FIRST),
        _recall("the right principle among three", places, 3, AMONG_THREE),
        _recall("first, questions never tuned on", held_back, 1, FIRST),
        _recall("among three, questions never tuned on", held_back, 3, AMONG_THREE),
    ]


def places_of(embedder: Embedder, queries: Sequence[LabelledQuery]) -> list[int]:
    """For each query the place (1 is best) of the first labelled principle."""
    catalogue = load()
    principles = catalogue.principles
    vectors = np.array(embed_all(list(principles.values()), embedder.embed_documents))
    words = [principle_terms(catalogue, principle) for principle in principles.values()]
    of_meaning, of_words = Ranking.BOTH.value
    places = []
    for labelled in queries:
        meaning = vectors @ np.array(embedder.embed_query(labelled.query))
        wording = np.array([_common(query_terms(labelled.query), each) for each in words])
        weighed = of_meaning * _deviations(meaning) + of_words * _deviations(wording)
        merit = dict(zip(principles, weighed, strict=True))
        order = sorted(merit, key=lambda name: (-merit[name], name))
        places.append(1 + min(order.index(name) for name in labelled.principle_ids))
    return places


def _common(query: Terms, principle: Terms) -> float:
    return sum(weight * principle.get(place, 0.0) for place, weight in query.items())


def _deviations(scores: Scores) -> Scores:
    """As in `pipeline.search`: how far above the mean, in standard deviations."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread else np.zeros_like(scores)


def _recall(name: str, places: Sequence[tuple[LabelledQuery, int]], limit: int, goal: float) -> WordFigure:
    outcomes = [
        Outcome(f"{labelled.query} ({', '.join(labelled.principle_ids)}: {place})", place <= limit)
        for labelled, place in places
    ]
    return share(PART, name, outcomes, goal)
