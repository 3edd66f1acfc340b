"""A coach's word that a learner is not to be reminded for now. The learner's own switch stands on their row."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import time_column


class ReminderPause(SQLModel, table=True):
    """From when it was said to `until`; None: until a coach ends it, which deletes the row."""

    __tablename__ = "reminder_pause"

    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    until: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
