"""Alembic's environment: the models are the target, DATABASE_URL or the caller's connection the source."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool
from sqlmodel import SQLModel

import models  # noqa: F401 - registers every table
from models.database import with_driver
from settings import Settings


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    url = Settings().database_url
    if url is None:
        raise SystemExit("DATABASE_URL is not set")
    with create_engine(with_driver(url), poolclass=pool.NullPool).connect() as own:
        run(own)
        own.commit()
