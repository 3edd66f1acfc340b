"""A wish to have a learner's data, theirs or an admin's: a row from the wish on until the file made for it is gone again."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.base import time_column
from models.lease import LeaseColumns, due_index, parked_index


class Export(LeaseColumns, table=True):
    """The work it owes: to make the file; once its time is over, to purge it. Then the row is deleted itself."""

    __tablename__ = "export"
    __table_args__ = (
        due_index("export"),
        parked_index("export"),
        # One at a time for each learner.
        Index("uq_export_user_id", "user_id", unique=True, postgresql_where="over_at IS NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    object_key: str = Field(unique=True)
    # Whether the learner wishes for it, and is told of it; else an admin does, by the console.
    is_wished: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    asked_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    ready_at: datetime | None = Field(default=None, sa_column=time_column())
    expires_at: datetime | None = Field(default=None, sa_column=time_column())  # of its link and of the file
    # It is of no use any more: its time is over, or it holds what was taken back since.
    over_at: datetime | None = Field(default=None, sa_column=time_column())
    # The link goes by the reply token of the wish, if that still lives then.
    channel: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    reply_token: str | None = Field(default=None, max_length=128)
    reply_until: datetime | None = Field(default=None, sa_column=time_column())
