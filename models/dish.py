"""Dishes and how far each learner is with them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column


class Dish(SQLModel, table=True):
    __tablename__ = "dish"

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, index=True, max_length=64)
    name_ja: str = Field(max_length=100)
    name_en: str = Field(max_length=100)
    description_ja: str
    principles: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    transferable_to: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    month_unlocked: int = Field(default=1, ge=1)
    order: int


class ProgressStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class UserDishProgress(SQLModel, table=True):
    __tablename__ = "user_dish_progress"
    __table_args__ = (UniqueConstraint("user_id", "dish_id"),)

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    dish_id: int = Field(foreign_key="dish.id")
    status: ProgressStatus = Field(
        default=ProgressStatus.NOT_STARTED,
        sa_column=enum_column(ProgressStatus, default=ProgressStatus.NOT_STARTED),
    )
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    completed_at: datetime | None = Field(default=None, sa_column=time_column())
