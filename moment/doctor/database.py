"""Postgres: reachable, new enough, large enough, with its extensions, its schema and the knowledge base."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import ArgumentError, OperationalError

from jobs.queue import Queue
from knowledge_base.catalogue import load
from knowledge_base.ingest import content_hash_of
from migrations import versions
from migrations.migrate import configuration
from models.database import Database
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, attempt, failure, ok, skip, warning
from settings import variable

OLDEST_POSTGRES = 16
# `sparsevec`, which the schema uses, came with 0.7.0; HNSW with 0.5.0 (pgvector, CHANGELOG).
OLDEST_EXTENSION = {"vector": (0, 7)}
STATEMENT_MS = 5_000
SKEW_SECONDS = 2.0
PROCESSES = 1 + len(Queue) + 1  # web, a worker for each queue, the reconciler
SMALLEST_POOL = 2  # connections; the setting takes no fewer
VARIABLE = variable("database_url")

_CREATES = re.compile(r"CREATE EXTENSION (?:IF NOT EXISTS )?\"?(\w+)")


def checks(ground: Ground) -> Iterator[Check]:
    url = ground.settings.database_url
    if url is None:
        yield skip("database", f"{VARIABLE} is not set and no embedded Postgres runs")
        return
    try:
        with _connect(url) as connection:
            yield attempt("database", lambda: _server(ground, connection))
            yield attempt("database.clock", lambda: _clock(connection))
            yield attempt("database.connections", lambda: _connections(ground, connection))
            yield from _extensions(ground, connection)
            yield attempt("database.schema", lambda: _schema(ground, connection))
            yield attempt("database.knowledge_base", lambda: _knowledge_base(ground, connection))
    except (ArgumentError, ValueError, ImportError):  # their words may hold the password
        fix = f"set {VARIABLE}=postgresql://USER:PASSWORD@HOST:5432/DATABASE, special characters as %XX"
        yield failure("database", f"{VARIABLE} cannot be read as an address", fix)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        yield failure("database", f"does not answer: {reason}", _fix_of(reason))


@contextmanager
def _connect(url: str) -> Iterator[Connection]:
    """As every process does. Autocommit: nothing is written, and one failed statement must not spoil the next
    check's."""
    with closing(Database(url, pool=1)) as database:
        autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with autocommit.connect() as connection:
            connection.execute(text(f"SET statement_timeout = {STATEMENT_MS}"))
            yield connection


def _fix_of(reason: str) -> str:
    if "authentication failed" in reason:
        return f"put the right user and password into {VARIABLE}"
    if "does not exist" in reason:
        return f"create that database or role on the server, or correct {VARIABLE}"
    return f"see that {VARIABLE}'s host and port are right, the server runs, and its firewall lets us in"


def _server(ground: Ground, connection: Connection) -> Check:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    version = f"Postgres {number // 10_000}.{number % 10_000}"
    if number < OLDEST_POSTGRES * 10_000:
        fix = f"move {VARIABLE} to a server of version {OLDEST_POSTGRES} or newer"
        return failure("database", f"{version} is too old", fix)
    return ok("database", f"{version}, {ground.origin('database_url')}")


def _clock(connection: Connection) -> Check:
    before = time.time()
    theirs = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    after = time.time()
    # Somewhere between `before` and `after` is no difference at all.
    skew = max(before - theirs, theirs - after, 0.0)
    if skew > SKEW_SECONDS:
        fix = "turn on time synchronisation (`timedatectl set-ntp true`) here and on the database's machine"
        return warning("database.clock", f"this machine and the database differ by {skew:.1f} s", fix)
    return ok("database.clock", f"the same as this machine's within {SKEW_SECONDS:g} s")


def _connections(ground: Ground, connection: Connection) -> Check:
    """Every pool of one deployment full at once; a second web process or worker comes on top."""
    name = "database.connections"
    pool = ground.settings.database_pool
    # `reserved_connections` came with Postgres 16.
    row = connection.execute(
        text(
            "SELECT current_setting('max_connections')::int AS most,"
            " current_setting('superuser_reserved_connections')::int"
            " + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserve"
        )
    ).one()
    wish, limit = PROCESSES * pool, row.most - row.reserve
    if wish <= limit:
        return ok(name, f"{PROCESSES} processes of {pool} need {wish}, the server allows {limit}")
    fix = f"raise the server's max_connections to {wish + row.reserve} or more"
    if limit // PROCESSES >= SMALLEST_POOL:
        fix = f"set {variable('database_pool')}={limit // PROCESSES}, or {fix}"
    detail = f"{PROCESSES} processes of {pool} may need {wish} connections, the server allows {limit}"
    return warning(name, detail, fix)


def _extensions(ground: Ground, connection: Connection) -> Iterator[Check]:
    for extension in _extensions_of_migrations():
        name = f"database.{extension}"
        yield attempt(name, partial(_extension, ground, connection, name, extension))


def _extensions_of_migrations() -> list[str]:
    folder = Path(next(iter(versions.__path__)))
    scripts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    return sorted({extension for script in scripts for extension in _CREATES.findall(script)})


def _extension(ground: Ground, connection: Connection, name: str, extension: str) -> Check:
    query = text("SELECT default_version, installed_version FROM pg_available_extensions WHERE name = :name")
    row = connection.execute(query, {"name": extension}).one_or_none()
    if row is None:
        fix = f"install it on the server (Debian: postgresql-NN-pg{extension}) or choose a host that has it"
        return failure(name, f"the server does not have the extension {extension}", fix)
    on_server, in_database = row
    version = in_database or on_server
    oldest = OLDEST_EXTENSION.get(extension, (0,))
    if _numbers(version) < oldest:
        needs = ".".join(map(str, oldest))
        fix = f"install {needs} or newer on the server, then run ALTER EXTENSION {extension} UPDATE"
        return failure(name, f"{extension} {version} is too old, {needs} is needed", fix)
    if in_database is None:
        fix = (
            "run `moment migrate`; where its role may not, "
            f"a superuser runs CREATE EXTENSION {extension} in this database"
        )
        return _lack(ground, name, f"{extension} {on_server} is on the server, but not in this database", fix)
    return ok(name, f"{extension} {in_database}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _schema(ground: Ground, connection: Connection) -> Check:
    script = ScriptDirectory.from_config(configuration(connection))
    at = set(MigrationContext.configure(connection).get_current_heads())
    ours = {revision.revision for revision in script.walk_revisions()}
    if at - ours:
        detail = f"at {', '.join(sorted(at))}, which this version of Moment does not know"
        return failure("database.schema", detail, "deploy the version that made it, or a newer one")
    heads = set(script.get_heads())
    head = ", ".join(sorted(heads))
    if at != heads:
        detail = f"at {', '.join(sorted(at))}, not at {head}" if at else f"no table yet, not at {head}"
        return _lack(ground, "database.schema", detail, "run `moment migrate`")
    return ok("database.schema", f"at {head}")


def _knowledge_base(ground: Ground, connection: Connection) -> Check:
    name = "database.knowledge_base"
    if connection.execute(text("SELECT to_regclass('cooking_principles')")).scalar() is None:
        return skip(name, "the schema comes first")
    try:
        with ground.resources() as resources:
            model = resources.providers.get().embedder.model
    except Exception as error:  # noqa: BLE001 - a check of its own reports it
        return skip(name, f"the embedder cannot be made ({type(error).__name__}): see 'models'")
    rows = connection.execute(
        text("SELECT principle_id, content_hash, embedding_model FROM cooking_principles")
    ).all()
    catalogue = load()
    hashes = {key: content_hash_of(catalogue, each) for key, each in catalogue.principles.items()}
    if not rows:
        return _lack(ground, name, "empty", "run `moment ingest`")
    others = sorted({row.embedding_model for row in rows} - {model})
    if others:
        detail = f"embedded by {', '.join(others)}, but questions are embedded by {model}"
        return failure(name, detail, "run `moment ingest`")
    current = sum(hashes.get(row.principle_id) == row.content_hash for row in rows)
    if current != len(hashes) or len(rows) != len(hashes):
        detail = f"{current} of {len(hashes)} principles are as in the files"
        return _lack(ground, name, detail, "run `moment ingest`")
    return ok(name, f"{current} principles, embedded by {model}")


def _lack(ground: Ground, name: str, detail: str, fix: str) -> Check:
    """The embedded database is filled by `moment up` and `moment demo`; a named one by nobody else."""
    if "database_url" in ground.fallbacks:
        return Check(name, Status.WARNING, detail, f"{fix} (`moment up` does it by itself)")
    return failure(name, detail, fix)
