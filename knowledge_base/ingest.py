"""Dishes and principles from the files into the database: upserted by content, what is gone dropped.

Everything is read, checked and embedded before the first row changes, and all rows change in one
transaction: a wrong file changes nothing.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import Catalogue
from knowledge_base.content import DishGuide, Principle
from models.dish import Dish
from models.principle import EMBEDDING_DIMENSIONS, CookingPrinciple

Embed = Callable[[Sequence[str]], list[list[float]]]
BATCH = 16  # texts embedded between two reports of progress


@dataclass(frozen=True)
class Ingested:
    dishes: int
    principles: int
    embedded: int  # new or changed, or embedded by another model before
    dropped: int


class WrongDimensions(Exception):
    """The embedder does not fit the column."""


def content_hash(principle: Principle) -> str:
    return hashlib.sha256(principle.model_dump_json().encode()).hexdigest()


def ingest(
    db: DbSession,
    catalogue: Catalogue,
    embed: Embed,
    embedding_model: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ingested:
    """Brings the tables to what the files say. Idempotent. Raises WrongDimensions before changing anything."""
    known = {row.principle_id: row for row in db.exec(select(CookingPrinciple))}
    changed = [
        principle
        for principle in catalogue.principles.values()
        if not _current(known.get(principle.id), principle, embedding_model)
    ]
    vectors = _embedded(changed, embed, progress)
    for principle, vector in zip(changed, vectors, strict=True):
        _upsert(db, known.get(principle.id), principle, vector, embedding_model)
    gone = [name for name in known if name not in catalogue.principles]
    db.exec(delete(CookingPrinciple).where(col(CookingPrinciple.principle_id).in_(gone)))
    _seed_dishes(db, catalogue)
    return Ingested(len(catalogue.dishes), len(catalogue.principles), len(changed), len(gone))


def _current(row: CookingPrinciple | None, principle: Principle, model: str) -> bool:
    return row is not None and row.content_hash == content_hash(principle) and row.embedding_model == model


def _embedded(
    principles: Sequence[Principle], embed: Embed, progress: Callable[[int, int], None]
) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(principles), BATCH):
        vectors += embed([principle.text for principle in principles[start : start + BATCH]])
        progress(len(vectors), len(principles))
    if any(len(vector) != EMBEDDING_DIMENSIONS for vector in vectors):
        raise WrongDimensions(f"the embedder's vectors must have {EMBEDDING_DIMENSIONS} numbers")
    return vectors


def _upsert(
    db: DbSession, row: CookingPrinciple | None, principle: Principle, vector: list[float], model: str
) -> None:
    if row is None:
        row = CookingPrinciple(
            principle_id=principle.id, title="", principle_text="", category="", embedding=vector,
            embedding_model=model, content_hash="",
        )  # fmt: skip
    row.title = principle.title
    row.principle_text = principle.text
    row.category = principle.category
    row.dishes = list(principle.dishes)
    row.faults = list(principle.faults)
    row.embedding = vector
    row.embedding_model = model
    row.content_hash = content_hash(principle)
    db.add(row)


def _seed_dishes(db: DbSession, catalogue: Catalogue) -> None:
    """A dish that is gone from the files stays: learners' sessions refer to it."""
    known = {row.slug: row for row in db.exec(select(Dish))}
    for guide in catalogue.dishes.values():
        row = known.get(guide.slug) or Dish(
            slug=guide.slug, name_ja="", name_en="", description_ja="", order=0
        )
        _fill(row, guide)
        db.add(row)


def _fill(row: Dish, guide: DishGuide) -> None:
    row.name_ja = guide.name_ja
    row.name_en = guide.name_en
    row.description_ja = guide.description_ja
    row.principles = list(guide.principles)
    row.transferable_to = list(guide.transferable_to)
    row.month_unlocked = guide.month_unlocked
    row.order = guide.order
