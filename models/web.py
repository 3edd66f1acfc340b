"""Who is at our pages: a row for each browser that a learner is signed in with, and for each code that leads to another."""

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
