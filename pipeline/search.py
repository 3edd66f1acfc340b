"""The principles nearest in meaning to a text, by cosine distance in pgvector."""

from sqlalchemy import Float
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.coaching import RetrievedPrinciple
from models.principle import CookingPrinciple
from pipeline.providers.ports import Embedder, Vector


def nearest(db: DbSession, query: Vector, limit: int = 3) -> list[RetrievedPrinciple]:
    """Nearest first; `query` has 768 numbers."""
    distance = col(CookingPrinciple.embedding).op("<=>", return_type=Float)(query)
    statement = select(CookingPrinciple, distance).order_by(distance).limit(limit)
    return [
        RetrievedPrinciple(
            principle_id=principle.principle_id,
            title=principle.title,
            text=principle.principle_text,
            category=principle.category,
            score=1.0 - apart,
        )
        for principle, apart in db.exec(statement)
    ]


def search(db: DbSession, embedder: Embedder, text: str, limit: int = 3) -> list[RetrievedPrinciple]:
    return nearest(db, embedder.embed_query(text), limit)
