"""The learner: one row per LINE user of our provider."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, literal_column
from sqlmodel import Field, Relationship, SQLModel

from models.base import enum_column, json_column, time_column

# What they are called in LINE, and what they wish to be called, as words are looked for (`FOLDED`, models/chat.py).
# The inner brackets are Postgres's own: by them the index is compared with its migration.
FOLDED_NAMES = "lower(normalize((first_name || ' ') || coalesce(learner_profile ->> 'call_name', ''), NFKC))"


class SubscriptionStatus(StrEnum):
    FREE = "free"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Friendship(SQLModel, table=True):
    """Whether the learner follows one of our LINE accounts: one that they don't takes their messages and shows none."""

    __tablename__ = "friendship"

    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    channel: str = Field(max_length=64, primary_key=True)
    blocked_at: datetime | None = Field(default=None, sa_column=time_column())
    # When they last wrote there, of whom no event has told that they follow it. None: they do.
    contact_at: datetime | None = Field(default=None, sa_column=time_column())
    asked_at: datetime | None = Field(default=None, sa_column=time_column())  # to add it


class User(SQLModel, table=True):
    __tablename__ = "user"
    __table_args__ = (
        Index("ix_user_remind_at", "remind_at", postgresql_where="remind_at IS NOT NULL"),
        Index(
            "ix_user_names",
            literal_column(FOLDED_NAMES).label("names"),
            postgresql_using="gin",
            postgresql_ops={"names": "gin_trgm_ops"},
        ),
    )

    id: int = Field(default=None, primary_key=True)
    line_user_id: str = Field(unique=True, index=True, max_length=64)
    # LINE gives no address unless the learner consents to the email scope.
    email: str | None = Field(default=None, unique=True, index=True)
    first_name: str = Field(max_length=100)
    onboarding_done: bool = Field(default=False)
    subscription_status: SubscriptionStatus = Field(
        default=SubscriptionStatus.FREE,
        sa_column=enum_column(SubscriptionStatus, default=SubscriptionStatus.FREE),
    )
    # Months they have paid for and that have begun (models/plan.py, PaidPeriod): each opens the dishes of one more.
    months_paid: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    learner_profile: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    # LINE has told no name: asked again a day later.
    name_asked_at: datetime | None = Field(default=None, sa_column=time_column())
    # Since they asked for their data to be deleted (models/deletion.py): nothing new is begun for them.
    leaving_since: datetime | None = Field(default=None, sa_column=time_column())
    # Since they follow none of our accounts.
    blocked_at: datetime | None = Field(default=None, sa_column=time_column())
    # When they last did something here; moved on once a day, so that few events change this row.
    heard_at: datetime | None = Field(default=None, sa_column=time_column())
    # From when it is looked at whether they are away; None: they were reminded, or are not to be.
    remind_at: datetime | None = Field(default=None, sa_column=time_column())
    reminded_at: datetime | None = Field(default=None, sa_column=time_column())
    reminders_off_since: datetime | None = Field(default=None, sa_column=time_column())
    # Only where they are read with the learner (`find_learner`).
    friendships: list[Friendship] = Relationship(sa_relationship_kwargs={"lazy": "raise", "viewonly": True})
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
