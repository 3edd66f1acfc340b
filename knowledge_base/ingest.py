"""Dishes and principles from the files into the database: upserted by content, what is gone dropped.

Everything is read, checked and embedded before the first row changes, and all rows change in one
transaction: a wrong file changes nothing.
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pgvector import SparseVector
from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import Catalogue
from knowledge_base.content import DishGuide, Principle
from knowledge_base.terms import principle_terms, searchable
from models.dish import Dish
from models.principle import EMBEDDING_DIMENSIONS, TERM_DIMENSIONS, CookingPrinciple

Embed = Callable[[Sequence[str]], list[list[float]]]
BATCH = 16  # texts embedded between two reports of progress


@dataclass(frozen=True)
class Ingested:
    dishes: int
    principles: int
    embedded: int  # new or changed, or embedded by another model before
    dropped: int


class UnusableVector(Exception):
    """The embedder's vector does not fit the column, or has no direction."""


def made_from_hash(catalogue: Catalogue, principle: Principle) -> str:
    """Of all that its row is made from: the file's own words, and the faults' by which it is found."""
    made_from = [principle.model_dump(mode="json"), list(searchable(catalogue, principle))]
    return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode()).hexdigest()


def ingest(
    db: DbSession,
    catalogue: Catalogue,
    embed: Embed,
    embedding_model: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ingested:
    """Brings the tables to what the files say. Idempotent. Raises UnusableVector before changing anything."""
    known = {row.principle_id: row for row in db.exec(select(CookingPrinciple))}
    hashes = {name: made_from_hash(catalogue, each) for name, each in catalogue.principles.items()}
    changed = [
        principle
        for name, principle in catalogue.principles.items()
        if not _is_current(known.get(name), hashes[name], embedding_model)
    ]
    vectors = _embedded(changed, embed, progress)
    for principle, vector in zip(changed, vectors, strict=True):
        terms = SparseVector(principle_terms(catalogue, principle), TERM_DIMENSIONS)
        row = _row(principle, hashes[principle.id], terms, vector, embedding_model)
        if (before := known.get(principle.id)) is not None:
            row.id, row.created_at = before.id, before.created_at
        db.merge(row)
    gone = [name for name in known if name not in catalogue.principles]
    db.exec(delete(CookingPrinciple).where(col(CookingPrinciple.principle_id).in_(gone)))
    seed(db, catalogue)
    return Ingested(len(catalogue.dishes), len(catalogue.principles), len(changed), len(gone))


def seed(db: DbSession, catalogue: Catalogue) -> int:
    """The dishes alone; returns how many. A dish gone from the files stays: learners' sessions refer to it."""
    known = dict(db.exec(select(Dish.slug, Dish.id)).all())
    for guide in catalogue.dishes.values():
        db.merge(_dish(guide, known.get(guide.slug)))
    return len(catalogue.dishes)


def _is_current(row: CookingPrinciple | None, wanted_hash: str, model: str) -> bool:
    return row is not None and row.content_hash == wanted_hash and row.embedding_model == model


def _embedded(
    principles: Sequence[Principle], embed: Embed, progress: Callable[[int, int], None]
) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(principles), BATCH):
        found = embed([principle.passage for principle in principles[start : start + BATCH]])
        vectors += [_normalized(vector) for vector in found]
        progress(len(vectors), len(principles))
    return vectors


def _normalized(vector: Sequence[float]) -> list[float]:
    """Of length 1: a provider may shorten its vectors without scaling them (google-genai: truncated
    gemini-embedding-001 vectors are not normalised)."""
    length = math.hypot(*vector)
    if len(vector) != EMBEDDING_DIMENSIONS or not math.isfinite(length) or length == 0:
        raise UnusableVector(f"the embedder's vectors must be {EMBEDDING_DIMENSIONS} numbers, not all zero")
    return [value / length for value in vector]


def _row(
    principle: Principle, content_hash: str, terms: SparseVector, vector: list[float], model: str
) -> CookingPrinciple:
    return CookingPrinciple(
        principle_id=principle.id,
        title=principle.title,
        principle_text=principle.text,
        category=principle.category,
        dishes=list(principle.dishes),
        faults=list(principle.faults),
        embedding=vector,
        embedding_model=model,
        embedding_dimensions=len(vector),
        search_terms=terms,
        content_hash=content_hash,
    )


def _dish(guide: DishGuide, known_id: int | None) -> Dish:
    return Dish(
        id=known_id,
        slug=guide.slug,
        name_ja=guide.name_ja,
        name_en=guide.name_en,
        description_ja=guide.description_ja,
        principles=list(guide.principles),
        transferable_to=list(guide.transferable_to),
        month_unlocked=guide.month_unlocked,
        order=guide.order,
    )
