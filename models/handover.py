"""A thread that a coach has taken: while it is theirs the AI says nothing of its own."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import enum_column, time_column


class Resume(StrEnum):
    """With what the AI goes on once it has the thread back."""

    LAST_QUESTION = "last_question"
    NEXT = "next"


class Handover(SQLModel, table=True):
    """From the taking to the hand-back; open while `returned_at` is None, and a learner has one open at most."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("uq_handover_open", "user_id", unique=True, postgresql_where="returned_at IS NULL"),
        Index("ix_handover_user_id", "user_id", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    # None: of a coach whose row was deleted.
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    returned_at: datetime | None = Field(default=None, sa_column=time_column())
    resume: Resume | None = Field(default=None, sa_column=enum_column(Resume, nullable=True))
    # What the AI should know of what was said meanwhile; the coach writes it.
    summary: str = Field(default="", max_length=1000)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class CoachNote(SQLModel, table=True):
    """For the coaches' eyes: no message, so that it can never be sent."""

    __tablename__ = "coach_note"
    __table_args__ = (Index("ix_coach_note_user_id", "user_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    text: str = Field(max_length=2000)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class ThreadMark(SQLModel, table=True):
    """How far a thread was dealt with, whoever did: "done" is said by a coach, opening a thread says nothing."""

    __tablename__ = "thread_mark"

    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    done_to: int  # the id of the last message that was there then
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL", index=True)
    done_at: datetime = Field(default=None, sa_column=time_column(nullable=False, touch=True))


class ThreadRead(SQLModel, table=True):
    """How far a coach has read a thread."""

    __tablename__ = "thread_read"

    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE", primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True, index=True)
    read_to: int  # the id of the last message that was there then


class SavedFilter(SQLModel, table=True):
    """A filter of the list, perhaps with words looked for, that a coach has named."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("coach_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE")
    name: str = Field(max_length=20)
    query: str = Field(max_length=2000)  # of the list's address


class ThreadPresence(SQLModel, table=True):
    """A coach who has a thread before them: true for seconds (services/threads/presence.py), so that a crash may lose it."""

    __tablename__ = "thread_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE", primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True, index=True)
    is_typing: bool
    seen_at: datetime = Field(sa_column=time_column(nullable=False))
