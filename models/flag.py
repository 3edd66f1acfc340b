"""What a coach, who is a person, should see: that something was said, never the words themselves."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import time_column


class CoachFlag(SQLModel, table=True):
    """`kind` is an intent of knowledge_base/intents; the words stay on the message, where the learner may take them back."""

    __tablename__ = "coach_flag"
    __table_args__ = (
        UniqueConstraint("message_id", "kind"),
        Index("ix_coach_flag_user_id", "user_id", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    session_id: int | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL")
    message_id: int | None = Field(default=None, foreign_key="message.id", ondelete="SET NULL")
    kind: str = Field(max_length=32)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
