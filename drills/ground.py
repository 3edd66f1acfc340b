"""What a drill plays on: a whole Moment whose processes and servers may be ended at any moment."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from sqlmodel import col, select

from desk.embedded import EmbeddedPostgres, EmbeddedValkey
from desk.stack import Layout, Part, ProcessLauncher, Stack, Worker, start_stack
from desk.supervisor import Supervisor
from jobs.leases import LEASED
from jobs.queue import Queue
from models.database import Database
from settings import Settings


@dataclass(frozen=True)
class Ground:
    stack: Stack
    launcher: ProcessLauncher
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    database: Database

    def send(self, part: Part, number: signal.Signals) -> None:
        """To the part's process; the supervisor starts one that ends again."""
        os.kill(self.launcher.process_id(part), number)

    def signal_workers(self, number: signal.Signals) -> None:
        for queue in Queue:
            self.send(Worker(queue), number)

    def empty_broker(self) -> None:
        with closing(redis.Redis.from_url(self.stack.settings.broker_url or "")) as client:
            client.flushall()

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """One more of the database's connections. Raises psycopg.OperationalError when there is none left."""
        return psycopg.connect(self.stack.settings.database_url or "", autocommit=True, connect_timeout=2)

    def database_processes(self) -> list[int]:
        """Of the connections that others hold."""
        statement = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with self.connect() as connection:
            return [process for (process,) in connection.execute(statement)]

    def is_at_rest(self) -> bool:
        """No row owes work."""
        with self.database.transaction() as db:
            return not any(
                db.execute(select(table.due_at).where(col(table.nudge_at).is_not(None)).limit(1)).first()
                for table in LEASED
            )


@dataclass(frozen=True)
class Moment:
    """How its database is filled, and what each of its processes runs."""

    prepare_database: Callable[[Settings], object]
    run_part: Callable[[Part, Settings], None]


@contextmanager
def open_ground(folder: Path, moment: Moment) -> Iterator[Ground]:
    """Servers and processes of its own, until the block ends."""
    postgres, valkey = EmbeddedPostgres(folder / "postgres"), EmbeddedValkey(folder / "valkey")
    with ExitStack() as stack:
        stack.callback(postgres.stop)
        stack.callback(valkey.stop)
        settings = Settings.without_environment(
            database_url=postgres.start(), broker_url=valkey.start(), data_dir=folder
        )
        moment.prepare_database(settings)
        supervisor = stack.enter_context(Supervisor())
        launcher = ProcessLauncher(supervisor, moment.run_part, logs=folder)
        # A web process that is killed needs a moment to be there again: LINE's own pauses are longer than these.
        layout = Layout(folder, redelivery_delays_seconds=(0.5, 1.0, 2.0, 4.0, 8.0, 16.0))
        running = stack.enter_context(start_stack(settings, launcher, layout))
        running.desk.webhook_behaviour(redelivery=True)
        database = stack.enter_context(closing(Database(settings.database_url or "", pool=2)))
        yield Ground(running, launcher, postgres, valkey, database)
