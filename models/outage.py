"""What is known of services of others that fail: one row each, gone once they answer again."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import time_column


class ServiceOutage(SQLModel, table=True):
    """What its columns mean is in `jobs.breaker`, which alone changes them."""

    __tablename__ = "service_outage"

    service: str = Field(max_length=64, primary_key=True)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    last_work: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    failed_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    opened_at: datetime | None = Field(default=None, sa_column=time_column())
    probe_at: datetime | None = Field(default=None, sa_column=time_column())
