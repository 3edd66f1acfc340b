"""The columns of a row that owes work. What they mean is in `jobs.leases`, which alone changes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index
from sqlmodel import Field, SQLModel

_TIME = DateTime(timezone=True)


class LeaseColumns(SQLModel):
    """`attempts` is counted before the work starts, so that work which kills its process is given up too."""

    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    lease_token: UUID | None = Field(default=None)  # of whoever is at it
    # From when the work may be taken: its next try, or the end of the lease under which somebody is at it.
    # None: nothing is owed, or it waits for something else than time.
    due_at: datetime | None = Field(default=None, sa_type=_TIME)
    # From when the reconciler wakes it; None together with `due_at`.
    nudge_at: datetime | None = Field(default=None, sa_type=_TIME)
    # Since when what the work needs from outside has been away.
    away_since: datetime | None = Field(default=None, sa_type=_TIME)
    parked_at: datetime | None = Field(default=None, sa_type=_TIME)
    error: str = Field(default="", sa_column_kwargs={"server_default": ""})


def parked_index(table_name: str) -> Index:
    """What was given up is counted at every scrape of the metrics: a few rows among all."""
    return Index(f"ix_{table_name}_parked", "id", postgresql_where="parked_at IS NOT NULL")


def due_index(table_name: str) -> Index:
    """What keeps the reconciler's cost at what is due: settled rows are not in it."""
    return Index(f"ix_{table_name}_due", "nudge_at", postgresql_where="nudge_at IS NOT NULL")
