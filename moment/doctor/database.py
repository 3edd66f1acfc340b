"""Postgres: reachable, new enough, with its extensions, its schema and the knowledge base."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool

from knowledge_base.catalogue import load
from knowledge_base.ingest import made_from_hash
from migrations import versions
from migrations.migrate import configuration
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, attempted, failed, ok, skipped, warning
from pipeline.providers.loading import providers

OLDEST_POSTGRES = 16
# `sparsevec`, which the schema uses, came with 0.7.0; HNSW with 0.5.0 (pgvector, CHANGELOG).
OLDEST_EXTENSION = {"vector": (0, 7)}
CONNECT_SECONDS = 3
STATEMENT_MS = 5_000
SKEW_SECONDS = 2.0

_CREATES = re.compile(r"CREATE EXTENSION (?:IF NOT EXISTS )?\"?(\w+)")


def checks(ground: Ground) -> Iterator[Check]:
    url = ground.settings.database_url
    if url is None:
        yield skipped("database", "DATABASE_URL is not set and no embedded Postgres runs")
        return
    try:
        with _connected(url) as connection:
            yield attempted("database", lambda: _server(ground, connection))
            yield attempted("database.clock", lambda: _clock(connection))
            yield from _extensions(ground, connection)
            yield attempted("database.schema", lambda: _schema(ground, connection))
            yield attempted("database.knowledge_base", lambda: _knowledge_base(ground, connection))
    except (ArgumentError, ValueError, ImportError):  # their words may hold the password
        fix = "set DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE, special characters as %XX"
        yield failed("database", "DATABASE_URL cannot be read as an address", fix)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        yield failed("database", f"does not answer: {reason}", _mended(reason))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """Autocommit: nothing is written, and one failed statement must not spoil the next check's."""
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"connect_timeout": CONNECT_SECONDS}
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET statement_timeout = {STATEMENT_MS}"))
        yield connection


def _mended(reason: str) -> str:
    if "authentication failed" in reason:
        return "put the right user and password into DATABASE_URL"
    if "does not exist" in reason:
        return "create that database or role on the server, or correct DATABASE_URL"
    return "see that DATABASE_URL's host and port are right, the server runs, and its firewall lets us in"


def _server(ground: Ground, connection: Connection) -> Check:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    version = f"Postgres {number // 10_000}.{number % 10_000}"
    if number < OLDEST_POSTGRES * 10_000:
        fix = f"move DATABASE_URL to a server of version {OLDEST_POSTGRES} or newer"
        return failed("database", f"{version} is too old", fix)
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


def _extensions(ground: Ground, connection: Connection) -> Iterator[Check]:
    for extension in _extensions_of_migrations():
        name = f"database.{extension}"
        yield attempted(name, partial(_extension, ground, connection, name, extension))


def _extensions_of_migrations() -> list[str]:
    folder = Path(next(iter(versions.__path__)))
    scripts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    return sorted({extension for script in scripts for extension in _CREATES.findall(script)})


def _extension(ground: Ground, connection: Connection, name: str, extension: str) -> Check:
    asked = text("SELECT default_version, installed_version FROM pg_available_extensions WHERE name = :name")
    row = connection.execute(asked, {"name": extension}).one_or_none()
    if row is None:
        fix = f"install it on the server (Debian: postgresql-NN-pg{extension}) or choose a host that has it"
        return failed(name, f"the server does not have the extension {extension}", fix)
    offered, installed = row
    oldest = OLDEST_EXTENSION.get(extension, (0,))
    wanted = ".".join(map(str, oldest))
    if _numbers(installed or offered) < oldest:
        fix = f"install {wanted} or newer on the server, then run ALTER EXTENSION {extension} UPDATE"
        return failed(name, f"{extension} {installed or offered} is too old, {wanted} is needed", fix)
    if installed is None:
        fix = (
            "run `moment migrate`; where its role may not, "
            f"a superuser runs CREATE EXTENSION {extension} in this database"
        )
        return _lacking(
            ground, name, f"{extension} {offered} is on the server, but not in this database", fix
        )
    return ok(name, f"{extension} {installed}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _schema(ground: Ground, connection: Connection) -> Check:
    script = ScriptDirectory.from_config(configuration(connection))
    at = set(MigrationContext.configure(connection).get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    if at - known:
        detail = f"at {', '.join(sorted(at))}, which this version of Moment does not know"
        return failed("database.schema", detail, "deploy the version that made it, or a newer one")
    heads = set(script.get_heads())
    if at != heads:
        wanted = ", ".join(sorted(heads))
        detail = f"at {', '.join(sorted(at))}, not at {wanted}" if at else f"no table yet, not at {wanted}"
        return _lacking(ground, "database.schema", detail, "run `moment migrate`")
    return ok("database.schema", f"at {', '.join(sorted(heads))}")


def _knowledge_base(ground: Ground, connection: Connection) -> Check:
    name = "database.knowledge_base"
    if connection.execute(text("SELECT to_regclass('cooking_principles')")).scalar() is None:
        return skipped(name, "the schema comes first")
    try:
        model = providers().embedder.model
    except Exception as error:  # noqa: BLE001 - a check of its own reports it
        return skipped(name, f"the embedder cannot be made ({type(error).__name__}): see 'models'")
    rows = connection.execute(
        text("SELECT principle_id, content_hash, embedding_model FROM cooking_principles")
    ).all()
    catalogue = load()
    wanted = {key: made_from_hash(catalogue, each) for key, each in catalogue.principles.items()}
    if not rows:
        return _lacking(ground, name, "empty", "run `moment ingest`")
    others = sorted({row.embedding_model for row in rows} - {model})
    if others:
        detail = f"embedded by {', '.join(others)}, but questions are embedded by {model}"
        return failed(name, detail, "run `moment ingest`")
    current = sum(wanted.get(row.principle_id) == row.content_hash for row in rows)
    if current != len(wanted) or len(rows) != len(wanted):
        detail = f"{current} of {len(wanted)} principles are as in the files"
        return _lacking(ground, name, detail, "run `moment ingest`")
    return ok(name, f"{current} principles, embedded by {model}")


def _lacking(ground: Ground, name: str, detail: str, fix: str) -> Check:
    """The embedded database is filled by `moment up` and `moment demo`; a named one by nobody else."""
    if "database_url" in ground.fallbacks:
        return Check(name, Status.WARNING, detail, f"{fix} (`moment up` does it by itself)")
    return failed(name, detail, fix)
