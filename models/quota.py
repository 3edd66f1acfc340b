"""What LINE allows each of our accounts to push in a month."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import time_column


class PushQuota(SQLModel, table=True):
    """As LINE told it last (bot/push_quotas.py): its count takes in what was sent by hand, and to who has left."""

    __tablename__ = "push_quota"

    channel: str = Field(max_length=64, primary_key=True)
    most: int | None = Field(default=None)  # a month; None: as many as we like
    used: int
    looked_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
