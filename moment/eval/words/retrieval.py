"""Whether a learner's question finds the principle that answers it, ranked as the product does but in memory.

`moment eval retrieval` asks the database itself, and splits the figures by skill.
"""

from collections.abc import Sequence

from moment.eval.retrieval import OWN_QUERIES, LabelledQuery, is_held_back, read_queries
from moment.eval.words.figures import Outcome, WordFigure, share
from moment.eval.words.memory_index import MemoryIndex
from pipeline.providers.ports import Embedder, Providers

PART = "retrieval"
FIRST, AMONG_THREE = 0.85, 0.97


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
    index = MemoryIndex(embedder)
    orders = ((labelled, index.order(labelled.query)) for labelled in queries)
    return [1 + min(order.index(name) for name in labelled.principle_ids) for labelled, order in orders]


def _recall(name: str, places: Sequence[tuple[LabelledQuery, int]], limit: int, goal: float) -> WordFigure:
    outcomes = [
        Outcome(f"{labelled.query} ({', '.join(labelled.principle_ids)}: {place})", place <= limit)
        for labelled, place in places
    ]
    return share(PART, name, outcomes, goal)
