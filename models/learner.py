"""The longitudinal learning model: one row per learner, updated after each coaching text."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column


class LearningVelocity(StrEnum):
    FAST = "fast"
    STEADY = "steady"
    SLOW = "slow"
    PLATEAU = "plateau"


class LearnerState(SQLModel, table=True):
    __tablename__ = "learner_state"

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", unique=True, index=True, ondelete="CASCADE")
    skills_acquired: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    skills_developing: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    recurring_mistakes: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=json_column(default="[]")
    )
    learning_velocity: LearningVelocity = Field(
        default=LearningVelocity.STEADY,
        sa_column=enum_column(LearningVelocity, default=LearningVelocity.STEADY),
    )
    session_summaries: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column(default="[]"))
    next_focus: str = Field(default="", max_length=200)
    open_skill: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())  # OpenSkill, {}: none
    ready_for_next_dish: bool = Field(default=False)
    updated_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
