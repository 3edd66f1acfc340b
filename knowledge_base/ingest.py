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

from errors import MomentError
from knowledge_base.catalogue import Catalogue
from knowledge_base.content import DishGuide, Principle
from knowledge_base.terms import principle_terms, searchable
from models.database import Database
from models.dish import Dish
from models.principle import EMBEDDING_DIMENSIONS, TERM_DIMENSIONS, CookingPrinciple

Embed = Callable[[Sequence[str]], list[list[float]]]
BATCH = 16  # texts embedded between two reports of progress


@dataclass(frozen=True)
class IngestCounts:
    dishes: int
    principles: int
    embedded: int  # new or changed, or embedded by another model before
    dropped: int


class UnusableVector(MomentError):
    """The embedder's vector does not fit the column, or has no direction."""


def content_hash_of(catalogue: Catalogue, principle: Principle) -> str:
    """Of all that its row is made from: the file's own words, and the faults' by which it is found."""
    sources = [principle.model_dump(mode="json"), list(searchable(catalogue, principle))]
    return hashlib.sha256(json.dumps(sources, ensure_ascii=False).encode()).hexdigest()


def ingest(
    database: Database,
    catalogue: Catalogue,
    embed: Embed,
    embedding_model: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> IngestCounts:
    """Brings the tables to what the files say. Idempotent. Raises UnusableVector before changing anything."""
    with database.transaction() as db:
        rows = {row.principle_id: row for row in db.exec(select(CookingPrinciple))}
    hashes = {name: content_hash_of(catalogue, each) for name, each in catalogue.principles.items()}
    stale = [
        principle
        for name, principle in catalogue.principles.items()
        if not _is_current(rows.get(name), hashes[name], embedding_model)
    ]
    # Between two transactions: the embedder may be a network call, and there are many.
    vectors = embed_all(stale, embed, progress)
    with database.transaction() as db:
        identities = select(CookingPrinciple.principle_id, CookingPrinciple.id, CookingPrinciple.created_at)
        formers = {name: (row_id, created_at) for name, row_id, created_at in db.exec(identities)}
        for principle, vector in zip(stale, vectors, strict=True):
            terms = SparseVector(principle_terms(catalogue, principle), TERM_DIMENSIONS)
            row = _row(principle, hashes[principle.id], terms, vector, embedding_model)
            if principle.id in formers:
                row.id, row.created_at = formers[principle.id]
            db.merge(row)
        dropped = [name for name in formers if name not in catalogue.principles]
        db.exec(delete(CookingPrinciple).where(col(CookingPrinciple.principle_id).in_(dropped)))
        seed(db, catalogue)
    return IngestCounts(len(catalogue.dishes), len(catalogue.principles), len(stale), len(dropped))


def seed(db: DbSession, catalogue: Catalogue) -> int:
    """The dishes alone; returns how many. A dish gone from the files stays: learners' sessions refer to it."""
    ids = dict(db.exec(select(Dish.slug, Dish.id)).all())
    for guide in catalogue.dishes.values():
        row = _dish(guide)
        if guide.slug in ids:
            row.id = ids[guide.slug]
        db.merge(row)
    return len(catalogue.dishes)


def _is_current(row: CookingPrinciple | None, content_hash: str, model: str) -> bool:
    return row is not None and row.content_hash == content_hash and row.embedding_model == model


def embed_all(
    principles: Sequence[Principle],
    embed: Embed,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[list[float]]:
    """Each of length 1. Raises UnusableVector."""
    vectors: list[list[float]] = []
    for start in range(0, len(principles), BATCH):
        batch = embed([principle.passage for principle in principles[start : start + BATCH]])
        vectors += [_unit(vector) for vector in batch]
        progress(len(vectors), len(principles))
    return vectors


def _unit(vector: Sequence[float]) -> list[float]:
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


def _dish(guide: DishGuide) -> Dish:
    return Dish(
        slug=guide.slug,
        name_ja=guide.name_ja,
        name_en=guide.name_en,
        description_ja=guide.description_ja,
        principles=list(guide.principles),
        transferable_to=list(guide.transferable_to),
        month_unlocked=guide.month_unlocked,
        order=guide.order,
    )
