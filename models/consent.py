"""What a learner has agreed to, in which words: a row for each time, kept when it is withdrawn."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import enum_column, time_column


class ConsentKind(StrEnum):
    FOOTAGE = "footage"  # their films are kept, looked at by the models, and cut into coaching videos
    FILM = "film"  # their first and their third attempt are put side by side in one film


class Consent(SQLModel, table=True):
    __tablename__ = "consent"
    __table_args__ = (
        # One that holds for each kind.
        Index("uq_consent_given", "user_id", "kind", unique=True, postgresql_where="withdrawn_at IS NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    kind: ConsentKind = Field(sa_column=enum_column(ConsentKind))
    text_version: str = Field(max_length=32)  # of the words they were shown
    given_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    withdrawn_at: datetime | None = Field(default=None, sa_column=time_column())
