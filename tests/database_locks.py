"""What waits in the database for a lock, for tests of two transactions that meet."""

from sqlalchemy import Engine, text

from simulator.http.client import wait_until

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
)


def wait_for_lock(engine: Engine) -> None:
    """Until a transaction of this database waits for another. Raises TimeoutError where none does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        wait_until(
            lambda: watcher.scalar(_WAITING), bool, 20, lambda _: "a transaction that waits for another"
        )
