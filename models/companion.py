"""Calls while a learner cooks. Nothing that was seen, heard or said is kept: how long it lasted, and what it was about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import json_column, time_column


class CompanionCall(SQLModel, table=True):
    """Lives while `ended_at` is unset and `beat_at` is young; a learner has one such at most."""

    __tablename__ = "companion_call"
    __table_args__ = (
        Index("ix_companion_call_user_id", "user_id", "began_at"),
        Index("uq_companion_call_living", "user_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: int = Field(default=None, primary_key=True)
    key: UUID = Field(unique=True)  # by which its page comes back
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    # What it is about; all three are None where anything is cooked.
    session_id: int | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL", index=True)
    dish_id: int | None = Field(default=None, foreign_key="dish.id", ondelete="SET NULL", index=True)
    number: int | None = Field(default=None)
    began_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    beat_at: datetime = Field(default=None, sa_column=time_column(nullable=False))  # its last sign of life
    ended_at: datetime | None = Field(default=None, sa_column=time_column())
    # Which of its pages has it, counted from 1: an older one, whose socket is not known to be dead yet, changes nothing.
    visit: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    seconds: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})  # while it was connected
    # So that another process can go on; emptied at its end.
    handle: str = Field(default="", sa_column_kwargs={"server_default": ""})
    moments_said: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    usage: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())  # what it has cost
