"""What coaches say of what the AI found: so it is, or not. By these it is measured, and learns."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import time_column


class Verdict(SQLModel, table=True):
    """A coach may think again: the newest of each coach on a finding counts. It goes with the cook, and with its footage."""

    __tablename__ = "verdict"
    __table_args__ = (Index("ix_verdict_session_id", "session_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="session.id", ondelete="CASCADE")
    # None: of a coach whose row was deleted.
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    # `models.rules.findings`: which of them, and what it said then. An analysis made anew may say something else.
    finding: str
    found: str
    is_confirmed: bool
    true_fault: str | None = Field(default=None)  # a fault's code or NO_FAULT; None: not told
    second: float | None = Field(default=None)  # of the whole cook, where what is true is seen
    words: str = Field(default="", max_length=500)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
