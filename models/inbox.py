"""What arrived from outside, kept as it came before anything acts on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column, utc_now


class EventSource(StrEnum):
    LINE = "line"
    STRIPE = "stripe"


class InboxEvent(SQLModel, table=True):
    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index(
            "ix_inbox_event_unhandled", "line_user_id", "timestamp_ms", postgresql_where="handled_at IS NULL"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: EventSource = Field(sa_column=enum_column(EventSource))
    event_id: str = Field(max_length=128)
    channel: str = Field(default="", max_length=64)
    line_user_id: str = Field(default="", max_length=64)  # "" where the event names no user
    event_type: str = Field(default="", max_length=64)
    timestamp_ms: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False)
    )  # LINE's own, ms since 1970
    body: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    attempts: int = Field(default=0)
    not_before: datetime | None = Field(default=None, sa_column=time_column())
    received_at: datetime = Field(default_factory=utc_now, sa_column=time_column(nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=time_column())
    outcome: str = Field(default="", max_length=64)  # the handler's name, "unhandled", "standby" or "failed"
    error: str = Field(default="")
