"""What arrived from outside, kept as it came before anything acts on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column
from models.lease import LeaseColumns, due_index, parked_index


class EventSource(StrEnum):
    LINE = "line"
    STRIPE = "stripe"


# The outcome of an event that could not be stored whole: it is kept to be looked at, and never handled.
UNREADABLE = "unreadable"


class InboxSubject(LeaseColumns, table=True):
    """Whom events are about: a LINE user, a Stripe customer. Whoever holds its lease handles its events in order."""

    __tablename__ = "inbox_subject"
    __table_args__ = (
        UniqueConstraint("source", "subject"),
        due_index("inbox_subject"),
        parked_index("inbox_subject"),
    )

    id: int = Field(default=None, primary_key=True)
    source: EventSource = Field(sa_column=enum_column(EventSource))
    subject: str = Field(max_length=128)  # "" for events that name nobody
    # Grows with each stored event, so that who is about to let go sees that another has come.
    arrivals: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class InboxEvent(SQLModel, table=True):
    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index(
            "ix_inbox_event_unhandled",
            "source",
            "subject",
            "timestamp_ms",
            "id",
            postgresql_where="handled_at IS NULL",
        ),
        # What it says is kept for so long only.
        Index(
            "ix_inbox_event_kept",
            "received_at",
            postgresql_where="handled_at IS NOT NULL AND body <> '{}'::jsonb",
        ),
        # All that one subject ever sent, to be blanked when they go.
        Index("ix_inbox_event_subject", "subject", "source", postgresql_where="subject <> ''"),
    )

    id: int = Field(default=None, primary_key=True)
    source: EventSource = Field(sa_column=enum_column(EventSource))
    event_id: str = Field(max_length=128)
    subject: str = Field(default="", max_length=128)
    channel: str = Field(default="", max_length=64)  # of LINE
    event_type: str = Field(default="", max_length=64)
    timestamp_ms: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False)
    )  # the sender's own, ms since 1970
    body: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    # Of the HTTP request that brought it.
    request_id: str = Field(default="", max_length=16, sa_column_kwargs={"server_default": ""})
    received_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=time_column())
    outcome: str = Field(default="", max_length=64)  # the handler's name, "unhandled", "standby", "failed" …
    error: str = Field(default="")


class UnsentMessage(SQLModel, table=True):
    """Taken back by its sender. LINE may bring the message itself later than this (LINE docs: Redelivered webhooks)."""

    __tablename__ = "unsent_message"

    line_message_id: str = Field(primary_key=True, max_length=64)
    unsent_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
