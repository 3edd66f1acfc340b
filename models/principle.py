"""The knowledge base in the database: one row per principle, with its vectors of meaning and of words."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import SPARSEVEC, Vector
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import json_column, time_column

EMBEDDING_DIMENSIONS = 768
TERM_DIMENSIONS = 2**29  # places for terms; only those filled take room


class CookingPrinciple(SQLModel, table=True):
    __tablename__ = "cooking_principles"
    __table_args__ = (
        Index(
            "ix_cooking_principles_embedding",
            "embedding",
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "vector_cosine_ops"},
        ),
    )

    id: int = Field(default=None, primary_key=True)
    principle_id: str = Field(unique=True, index=True, max_length=100)  # the front matter's id
    title: str = Field(max_length=200)
    principle_text: str
    category: str = Field(max_length=100)
    dishes: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    faults: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    embedding: Any = Field(sa_column=Column(Vector(EMBEDDING_DIMENSIONS), nullable=False))
    search_terms: Any = Field(sa_column=Column(SPARSEVEC(TERM_DIMENSIONS), nullable=False))
    embedding_model: str = Field(max_length=100)
    embedding_dimensions: int
    content_hash: str = Field(max_length=64)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
