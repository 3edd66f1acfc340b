"""What every table shares: UTC times, JSONB columns and enums the database checks too."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Enum, MetaData, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session as DbSession
from sqlmodel import SQLModel

# Constraints with names, so that a migration can drop what another made.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


# Learners live by it; it has no summer time.
JAPAN = timezone(timedelta(hours=9))

_NOW = "database_now"


def utc_now() -> datetime:
    """This machine's clock: for links and prices. What rows are compared with is `database_now`."""
    return datetime.now(UTC)


def database_now(db: DbSession) -> datetime:
    """The one clock: the database's, UTC; the same throughout a transaction, so it is asked for once in each."""
    transaction, now = db.info.get(_NOW, (None, None))
    if transaction is None or transaction is not db.get_transaction():
        now = db.execute(select(func.now())).scalar_one()
        note_now(db, now)
    answer: datetime = now
    return answer


def note_now(db: DbSession, now: datetime) -> None:
    """The database's time that another statement of this transaction has brought along."""
    db.info[_NOW] = db.get_transaction(), now


def time_column(*, nullable: bool = True, touch: bool = False) -> Column[datetime]:
    """A `timestamptz`; one that may not be null defaults to the database's own now(). `touch`: so does every update."""
    default = None if nullable else func.now()
    onupdate = func.now() if touch else None
    return Column(DateTime(timezone=True), nullable=nullable, server_default=default, onupdate=onupdate)


def json_column(name: str | None = None, *, default: str = "{}") -> Column[Any]:
    args = (name, JSONB) if name else (JSONB,)
    return Column(*args, nullable=False, server_default=default)


def enum_column(
    kind: type[StrEnum], *, default: StrEnum | None = None, nullable: bool = False
) -> Column[Any]:
    """A VARCHAR with a CHECK: a new choice is a cheap migration, a wrong one is refused by the database."""
    column_type = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=f"{kind.__name__}_choices".lower(),
        values_callable=lambda choices: [choice.value for choice in choices],
        length=32,
    )
    return Column(column_type, nullable=nullable, server_default=default.value if default else None)
