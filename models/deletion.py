"""A learner's wish that their data be deleted: a row from the wish on until nothing of them is left."""

from datetime import datetime

from sqlmodel import Field

from models.base import json_column, time_column
from models.lease import LeaseColumns, due_index, parked_index


class Deletion(LeaseColumns, table=True):
    """Or only that objects go, which were made of footage of theirs: of nobody, and with the rows gone from the beginning.

    The work it owes: while there is a learner, to end their plan and delete their rows; after that, to purge their
    objects, until nobody can put one any more. Then it is deleted itself: nothing tells who was here."""

    __tablename__ = "deletion"
    __table_args__ = (due_index("deletion"), parked_index("deletion"))

    id: int = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user.id", unique=True, ondelete="SET NULL")
    asked_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    # Left behind by the rows, which alone knew them: the store's objects, the addresses of uploads on their way (which
    # are secrets), and whose events Stripe still tells.
    keys: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    places: list[str] = Field(default_factory=list, sa_column=json_column(default="[]"))
    customer_id: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})
    rows_gone_at: datetime | None = Field(default=None, sa_column=time_column())
    # The last word goes by the reply token of the tap, if that still lives then.
    channel: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    reply_token: str | None = Field(default=None, max_length=128)
    reply_until: datetime | None = Field(default=None, sa_column=time_column())
