"""Who is at our pages and API: a row for each browser that a learner is signed in with, for each code that leads to
another, and for each request that must not be done twice."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import time_column


class WebSession(SQLModel, table=True):
    """The cookie holds the token; here is only its SHA-256, with which nobody can sign in."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_user_id", "user_id"), Index("ix_web_session_ends_at", "ends_at"))

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    token_hash: bytes = Field(unique=True)
    seen_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    ends_at: datetime = Field(sa_column=time_column(nullable=False))  # however often they come
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


class SignInCode(SQLModel, table=True):
    """Carries a learner from LINE's browser into an ordinary one, once."""

    __tablename__ = "sign_in_code"
    __table_args__ = (Index("ix_sign_in_code_user_id", "user_id"),)

    code_hash: bytes = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    ends_at: datetime = Field(sa_column=time_column(nullable=False))


class IdempotencyKey(SQLModel, table=True):
    """A request that a learner's program may send twice, and the answer it was given: kept with what it did, or not at
    all."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(max_length=255, primary_key=True)  # as the program names it
    fingerprint: bytes  # SHA-256 of what was asked
    status: int
    media_type: str = Field(max_length=100)
    location: str = Field(max_length=200)  # of what was made; ""
    body: bytes
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
