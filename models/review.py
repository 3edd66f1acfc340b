"""Coaching that a coach may look at before it goes, and what coaches have corrected."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import json_column, time_column


class ReviewPause(SQLModel, table=True):
    """For so long the coaching texts of a learner wait for a coach's eye; of all, where `user_id` is None."""

    __tablename__ = "review_pause"
    __table_args__ = (UniqueConstraint("user_id", postgresql_nulls_not_distinct=True),)

    id: int = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user.id", ondelete="CASCADE")
    minutes: int
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class Correction(SQLModel, table=True):
    """Of a coaching text, by a person: both are a CoachingText as the session keeps it."""

    __tablename__ = "correction"

    id: int = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    before: dict[str, Any] = Field(sa_column=json_column())
    after: dict[str, Any] = Field(sa_column=json_column())
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
