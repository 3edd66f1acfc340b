"""Alembic from our own process, on a connection the caller holds."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

# Any number that no other part locks: two processes that start at once migrate one after the other.
MIGRATION_LOCK = 730_211_001


def configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Brings the schema up to `revision`; commits."""
    _take_time(connection)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    if not _is_later(connection):
        command.upgrade(configuration(connection), revision)
    connection.commit()


def _is_later(connection: Connection) -> bool:
    """A later release has been here: what is ours is in it, for its migrations only add."""
    there = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory.from_config(configuration(connection)).walk_revisions()
    return there is not None and there not in {each.revision for each in known}


def downgrade(connection: Connection, revision: str = "base") -> None:
    _take_time(connection)
    command.downgrade(configuration(connection), revision)
    connection.commit()


def _take_time(connection: Connection) -> None:
    """A large table may take longer than any other statement may."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
