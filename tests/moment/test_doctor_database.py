"""What the doctor finds wrong with a real Postgres."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from desk.embedded import free_port
from desk.stack import Layout
from moment.doctor import database
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import ProviderChoice, Settings
from tests import quick_providers


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """No extension, no table."""
    name = f"test_{uuid4().hex[:12]}"
    server = postgres_url.rsplit("/", 1)[0]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def look(url: str | None, *fallbacks: str, pool: int = 10) -> dict[str, Check]:
    """With the embedder that the tests' databases are filled by."""
    settings = Settings.without_environment(database_url=url, database_pool=pool)
    ground = Ground(settings, frozenset(fallbacks), quick_providers.build)
    return {check.name: check for check in database.checks(ground)}


def look_after(url: str, statement: str) -> dict[str, Check]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
    return look(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_database_that_is_as_it_should_be(database_url: str, scheme: str) -> None:
    checks = look(f"{scheme}://{database_url.partition('://')[2]}")

    assert list(checks) == [
        "database", "database.clock", "database.connections", "database.pg_trgm", "database.vector", "database.schema",
        "database.knowledge_base",
    ]  # fmt: skip
    assert {check.status for check in checks.values()} == {Status.OK}, checks
    assert "from DATABASE_URL" in checks["database"].detail
    assert "embedded by quick-1" in checks["database.knowledge_base"].detail


def test_the_embedded_database_is_named_as_a_stand_in(database_url: str) -> None:
    detail = look(database_url, "database_url")["database"].detail
    assert "embedded Postgres (DATABASE_URL is not set)" in detail


def test_an_unmigrated_database_lacks_extension_and_schema(empty_database: str) -> None:
    checks = look(empty_database)

    assert checks["database.vector"].status is Status.FAILED
    assert "CREATE EXTENSION vector" in checks["database.vector"].fix
    assert checks["database.schema"].status is Status.FAILED
    assert checks["database.schema"].fix == "run `moment migrate`"
    assert checks["database.knowledge_base"].status is Status.SKIPPED


def test_looking_leaves_an_empty_database_empty(empty_database: str) -> None:
    look(empty_database)

    with psycopg.connect(empty_database) as connection:
        tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert connection.execute(tables).fetchall() == []
        others = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert connection.execute(others).fetchall() == []


def test_the_embedded_one_may_be_unmigrated_for_up_migrates_it(empty_database: str) -> None:
    check = look(empty_database, "database_url")["database.schema"]

    assert check.status is Status.WARNING
    assert "`moment up` does it by itself" in check.fix


def test_a_schema_newer_than_this_version_is_not_called_unmigrated(database_url: str) -> None:
    check = look_after(database_url, "UPDATE alembic_version SET version_num = 'from-tomorrow'")[
        "database.schema"
    ]

    assert check.status is Status.FAILED
    assert "from-tomorrow" in check.detail
    assert "migrate" not in check.fix


def test_an_extension_the_server_does_not_have(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_extensions_of_migrations", lambda: ["postgis"])

    check = look(database_url)["database.postgis"]

    assert check.status is Status.FAILED
    assert "does not have" in check.detail


def test_an_extension_that_is_too_old(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.OLDEST_EXTENSION, "vector", (99, 1))

    check = look(database_url)["database.vector"]

    assert check.status is Status.FAILED
    assert "99.1 is needed" in check.detail
    assert "ALTER EXTENSION vector UPDATE" in check.fix


def test_a_server_that_is_too_old(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_POSTGRES", 99)

    assert look(database_url)["database"].status is Status.FAILED


def test_the_processes_whose_connections_are_counted_are_those_that_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.web
    assert layout.reconciler
    assert database.PROCESSES == len(layout.queues) + 2 == 8


def test_connections_are_counted_over_all_processes(database_url: str) -> None:
    limit = connections_allowed(database_url)
    most = limit // database.PROCESSES

    enough = look(database_url, pool=most)["database.connections"]
    too_many = look(database_url, pool=most + 1)["database.connections"]

    assert enough.status is Status.OK
    assert enough.detail == (f"8 processes of {most} need {8 * most}, the server allows {limit}")
    assert too_many.status is Status.WARNING
    assert f"may need {8 * (most + 1)} connections, the server allows {limit}" in too_many.detail
    assert f"set MOMENT_DATABASE_POOL={most}, or raise the server's max_connections" in too_many.fix


def test_those_kept_for_a_superuser_are_not_ours(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SHOW max_connections").fetchone()
    assert row is not None
    assert connections_allowed(database_url) < int(row[0])
    assert f"allows {connections_allowed(database_url)}" in look(database_url)["database.connections"].detail


def test_a_server_too_small_for_the_smallest_pools_must_grow(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = connections_allowed(database_url)
    monkeypatch.setattr(database, "PROCESSES", limit)

    check = look(database_url, pool=2)["database.connections"]

    assert check.status is Status.WARNING
    assert "MOMENT_DATABASE_POOL" not in check.fix
    assert check.fix.startswith("raise the server's max_connections to ")


def connections_allowed(url: str) -> int:
    """To a role that is no superuser."""
    with psycopg.connect(url) as connection:
        values = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("max_connections", "superuser_reserved_connections", "reserved_connections")
        ]
    most, superuser, reserve = (int(row[0]) for row in values if row is not None)
    return most - superuser - reserve


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM cooking_principles", "empty"),
        ("UPDATE cooking_principles SET embedding_model = 'another'", "embedded by another"),
        ("UPDATE cooking_principles SET content_hash = '' WHERE id = (SELECT min(id) FROM cooking_principles)", "principles are as in the files"),
        ("DELETE FROM cooking_principles WHERE id = (SELECT min(id) FROM cooking_principles)", "principles are as in the files"),
    ],
)  # fmt: skip
def test_a_knowledge_base_that_is_not_as_in_the_files(database_url: str, statement: str, says: str) -> None:
    check = look_after(database_url, statement)["database.knowledge_base"]

    assert check.status is Status.FAILED
    assert says in check.detail
    assert check.fix == "run `moment ingest`"


def test_without_an_embedder_the_knowledge_base_is_left_open(database_url: str) -> None:
    # Google's, with neither a key nor a project.
    settings = Settings.without_environment(database_url=database_url, providers=ProviderChoice.GOOGLE)

    checks = {check.name: check for check in database.checks(Ground(settings))}

    assert checks["database.knowledge_base"].status is Status.SKIPPED
    assert "see 'models'" in checks["database.knowledge_base"].detail
    assert checks["database.schema"].status is Status.OK


@pytest.mark.parametrize("ahead", [-60.0, 60.0])
def test_clocks_that_differ_are_a_warning(
    database_url: str, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    monkeypatch.setattr(database, "time", SimpleNamespace(time=lambda: time.time() + ahead))

    check = look(database_url)["database.clock"]

    assert check.status is Status.WARNING
    assert "synchronisation" in check.fix


def test_one_checks_crash_is_its_own_and_the_next_are_made(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "content_hash_of", lambda *_: 1 / 0)

    checks = look(database_url)

    assert "ZeroDivisionError" in checks["database.knowledge_base"].detail
    assert checks["database.schema"].status is Status.OK


def test_a_database_that_is_away() -> None:
    checks = look(f"postgresql://moment:hunter2222@127.0.0.1:{free_port()}/moment")

    assert list(checks) == ["database"]
    assert checks["database"].status is Status.FAILED
    assert "refused" in checks["database"].detail
    assert "DATABASE_URL's host and port" in checks["database"].fix


def test_a_wrong_password_is_told_apart(postgres_url: str) -> None:
    host = postgres_url.rsplit("@", 1)[1]
    check = look(f"postgresql://moment:hunter2222@{host}")["database"]

    assert check.status is Status.FAILED
    assert "password" in check.fix
    assert "hunter2222" not in check.detail


def test_a_database_that_does_not_exist_is_told_apart(postgres_url: str) -> None:
    check = look(f"{postgres_url.rsplit('/', 1)[0]}/no_such")["database"]

    assert "does not exist" in check.detail
    assert "create that database" in check.fix


@pytest.mark.parametrize("url", ["postgresql://moment:hunter2222@db:x/moment", "nonsense", "mysql://a/b", ""])
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    checks = look(url)

    assert [check.status for check in checks.values()] == [Status.FAILED]
    assert "hunter" not in checks["database"].detail
    assert "%XX" in checks["database"].fix


def test_no_database_at_all_is_skipped_here() -> None:
    assert look(None)["database"].status is Status.SKIPPED
