"""The people who watch over the threads: who they are, what they may see, from where they are signed in, what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column


class CoachRole(StrEnum):
    COACH = "coach"
    ADMIN = "admin"  # invites and removes coaches too


class Coach(SQLModel, table=True):
    """Apart from the learners: LINE tells the same id of a coach who learns too."""

    __tablename__ = "coach"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(
        max_length=20
    )  # as learners see it; LINE docs: a sender's name has 20 characters at most
    role: CoachRole = Field(sa_column=enum_column(CoachRole, default=CoachRole.COACH))
    # The `sub` of LINE Login, known since they have used their invitation.
    line_user_id: str | None = Field(default=None, unique=True, max_length=64)
    # Sees only the learners who are assigned to them.
    is_limited: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    left_at: datetime | None = Field(default=None, sa_column=time_column())  # may no longer sign in
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class CoachInvitation(SQLModel, table=True):
    """A link that binds a coach to a LINE account, once: deleted with its use. Only the SHA-256 of its secret is kept."""

    __tablename__ = "coach_invitation"

    token_hash: bytes = Field(primary_key=True)
    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE", index=True)
    ends_at: datetime = Field(sa_column=time_column(nullable=False))


class CoachAssignment(SQLModel, table=True):
    __tablename__ = "coach_assignment"

    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE", primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True, index=True)
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class ConsoleSession(SQLModel, table=True):
    """A browser that a coach is signed in with. The cookie holds the token; here is only its SHA-256."""

    __tablename__ = "console_session"

    id: int = Field(default=None, primary_key=True)
    coach_id: int = Field(foreign_key="coach.id", ondelete="CASCADE", index=True)
    token_hash: bytes = Field(unique=True)
    seen_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    ends_at: datetime = Field(sa_column=time_column(nullable=False))  # however often they come
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class AuditEntry(SQLModel, table=True):
    """An act of a coach's. `facts` hold ids and choices, never a learner's words."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_coach_id", "coach_id", "id"),
        Index("ix_audit_entry_user_id", "user_id", "id", postgresql_where="user_id IS NOT NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    # None: the operator, by the command line.
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL")
    user_id: int | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")  # the learner
    act: str = Field(max_length=40)  # such as "handover.take"
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
