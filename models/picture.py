"""Pictures that are drawn of a learner's progress."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import time_column


class ProgressPicture(SQLModel, table=True):
    """Written before its object, so that whoever deletes the learner's data finds that. The same content is drawn once; an
    earlier one stays, for it is still to be seen in the chat."""

    __tablename__ = "progress_picture"
    __table_args__ = (UniqueConstraint("user_id", "content"),)

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    content: bytes  # SHA-256 of all that is drawn, and of the script
    object_key: str = Field(unique=True)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
