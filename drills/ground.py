"""What a drill plays on: a whole Moment whose processes and servers may be ended at any moment."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import redis
from sqlalchemy import func
from sqlmodel import col, select

from desk.embedded import EmbeddedPostgres, EmbeddedValkey
from desk.stack import Layout, Part, ProcessLauncher, ReconcilerPart, Stack, Web, Worker, start_stack
from desk.supervisor import Supervisor
from drills.disk import SmallDisk, small_disk
from jobs.leases import LEASED
from jobs.queue import QUEUE_OF, Queue
from jobs.reconciler import KINDS
from models.database import Database
from models.deletion import Deletion
from settings import Settings

STORE_MEGABYTES, POSTGRES_MEGABYTES = 256, 1024


@dataclass(frozen=True)
class Held:
    """A row under somebody's lease."""

    table: Any
    row_id: int
    token: UUID


@dataclass(frozen=True)
class Ground:
    stack: Stack
    launcher: ProcessLauncher
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    database: Database
    run_part: Callable[[Part, Settings], None]
    # Of the store and of Postgres; None where nobody may mount.
    store_disk: SmallDisk | None
    postgres_disk: SmallDisk | None

    @property
    def web(self) -> Web:
        return Web(int(self.stack.web_url.rpartition(":")[2]))

    @property
    def parts(self) -> Sequence[Part]:
        return [self.web, *(Worker(queue) for queue in Queue), ReconcilerPart()]

    def start_anew(self, part: Part, run: Callable[[Part, Settings], None] | None = None) -> None:
        """As the supervisor does with one that dies; from now on it runs this, or as at first."""
        child = next(child for child in self.launcher.supervisor.children if child.name == str(part))
        child.run = run or self.run_part
        self.send(part, signal.SIGKILL)

    def send(self, part: Part, number: signal.Signals) -> None:
        """To the part's process; the supervisor starts one that ends again."""
        os.kill(self.launcher.process_id(part), number)

    def is_up(self, part: Part, *, instead_of: int) -> bool:
        """Whether a new process runs the part."""
        try:
            is_new = self.launcher.process_id(part) != instead_of
        except AssertionError:  # none yet
            return False
        return is_new and (not isinstance(part, Web) or self._answers())

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.stack.web_url}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def held_by(self, queue: Queue) -> Sequence[Held]:
        """What the workers of this queue are at."""
        held = []
        with self.database.transaction() as db:
            for kind in KINDS:
                table = kind.table
                if table not in LEASED:
                    continue
                taken = table.lease_token.is_not(None), table.due_at > func.now()
                rows = db.execute(select(table.id, table.lease_token, *kind.columns).where(*taken))
                held += [
                    Held(table, row.id, row.lease_token)
                    for row in rows
                    if QUEUE_OF[kind.call(row)[0]] is queue
                ]
        return held

    def is_still_held(self, held: Held) -> bool:
        with self.database.transaction() as db:
            statement = select(held.table.lease_token).where(held.table.id == held.row_id)
            return db.execute(statement).scalar() == held.token

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
        """No row owes work that a learner would see: deletions look into the store once more, minutes later."""
        with self.database.transaction() as db:
            return not any(
                db.execute(select(table.due_at).where(col(table.nudge_at).is_not(None)).limit(1)).first()
                for table in LEASED
                if table is not Deletion
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
        store_disk = stack.enter_context(small_disk(folder / "objects", STORE_MEGABYTES))
        postgres_disk = stack.enter_context(small_disk(folder / "postgres", POSTGRES_MEGABYTES))
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
        yield Ground(
            stack=running,
            launcher=launcher,
            postgres=postgres,
            valkey=valkey,
            database=database,
            run_part=moment.run_part,
            store_disk=store_disk,
            postgres_disk=postgres_disk,
        )
