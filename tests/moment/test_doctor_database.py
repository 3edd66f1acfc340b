"""What the doctor finds wrong with a real Postgres."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from moment.doctor import database
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.embedded import free_port
from settings import settings
from tests.process import name_in_environment


@pytest.fixture(autouse=True)
def _quick_embedder() -> Iterator[None]:
    with name_in_environment(PROVIDERS="tests.quick_providers"):
        yield


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """Named in the environment: no extension, no table."""
    name = f"test_{uuid4().hex[:12]}"
    server = postgres_url.rsplit("/", 1)[0]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with name_in_environment(DATABASE_URL=f"{server}/{name}"):
        yield f"{server}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def checked(*fallbacks: str) -> dict[str, Check]:
    return {check.name: check for check in database.checks(Ground(settings(), frozenset(fallbacks)))}


def changed(url: str, statement: str) -> dict[str, Check]:
    """The checks after this statement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
    return checked()


@pytest.mark.usefixtures("database_url")
def test_a_database_that_is_as_it_should_be() -> None:
    found = checked()

    assert list(found) == [
        "database", "database.clock", "database.vector", "database.schema", "database.knowledge_base",
    ]  # fmt: skip
    assert {check.status for check in found.values()} == {Status.OK}
    assert "from DATABASE_URL" in found["database"].detail
    assert "embedded by quick-1" in found["database.knowledge_base"].detail


@pytest.mark.usefixtures("database_url")
def test_the_embedded_database_is_named_as_a_stand_in() -> None:
    assert "embedded Postgres (DATABASE_URL is not set)" in checked("database_url")["database"].detail


@pytest.mark.usefixtures("empty_database")
def test_an_unmigrated_database_lacks_extension_and_schema() -> None:
    found = checked()

    assert found["database.vector"].status is Status.FAILED
    assert "CREATE EXTENSION vector" in found["database.vector"].fix
    assert found["database.schema"].status is Status.FAILED
    assert found["database.schema"].fix == "run `moment migrate`"
    assert found["database.knowledge_base"].status is Status.SKIPPED


@pytest.mark.usefixtures("empty_database")
def test_the_embedded_one_may_be_unmigrated_for_up_migrates_it() -> None:
    found = checked("database_url")

    assert found["database.schema"].status is Status.WARNING
    assert "`moment up` does it by itself" in found["database.schema"].fix


def test_a_schema_newer_than_this_version_is_not_called_unmigrated(database_url: str) -> None:
    found = changed(database_url, "UPDATE alembic_version SET version_num = 'from-tomorrow'")

    assert found["database.schema"].status is Status.FAILED
    assert "from-tomorrow" in found["database.schema"].detail
    assert "migrate" not in found["database.schema"].fix


@pytest.mark.usefixtures("database_url")
def test_an_extension_the_server_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_extensions_of_migrations", lambda: ["postgis"])

    found = checked()["database.postgis"]

    assert found.status is Status.FAILED
    assert "does not have" in found.detail


@pytest.mark.usefixtures("database_url")
def test_an_extension_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.OLDEST_EXTENSION, "vector", (99, 1))

    found = checked()["database.vector"]

    assert found.status is Status.FAILED
    assert "99.1 is needed" in found.detail
    assert "ALTER EXTENSION vector UPDATE" in found.fix


@pytest.mark.usefixtures("database_url")
def test_a_server_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_POSTGRES", 99)

    assert checked()["database"].status is Status.FAILED


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
    found = changed(database_url, statement)["database.knowledge_base"]

    assert found.status is Status.FAILED
    assert says in found.detail
    assert found.fix == "run `moment ingest`"


@pytest.mark.usefixtures("database_url")
def test_without_an_embedder_the_knowledge_base_is_left_open() -> None:
    with name_in_environment(PROVIDERS="no.such.module"):
        assert checked()["database.knowledge_base"].status is Status.SKIPPED


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize("ahead", [-60.0, 60.0])
def test_clocks_that_differ_are_a_warning(monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    monkeypatch.setattr(database, "time", SimpleNamespace(time=lambda: time.time() + ahead))

    found = checked()["database.clock"]

    assert found.status is Status.WARNING
    assert "synchronisation" in found.fix


@pytest.mark.usefixtures("database_url")
def test_one_checks_crash_is_its_own_and_the_next_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "made_from_hash", lambda *_: 1 / 0)

    found = checked()

    assert "ZeroDivisionError" in found["database.knowledge_base"].detail
    assert found["database.schema"].status is Status.OK


def test_a_database_that_is_away() -> None:
    with name_in_environment(DATABASE_URL=f"postgresql://moment:hunter2222@127.0.0.1:{free_port()}/moment"):
        found = checked()

    assert list(found) == ["database"]
    assert found["database"].status is Status.FAILED
    assert "refused" in found["database"].detail
    assert "DATABASE_URL's host and port" in found["database"].fix


def test_a_wrong_password_is_told_apart(postgres_url: str) -> None:
    host = postgres_url.rsplit("@", 1)[1]
    with name_in_environment(DATABASE_URL=f"postgresql://moment:hunter2222@{host}"):
        found = checked()["database"]

    assert found.status is Status.FAILED
    assert "password" in found.fix
    assert "hunter2222" not in found.detail


def test_a_database_that_does_not_exist_is_told_apart(postgres_url: str) -> None:
    with name_in_environment(DATABASE_URL=f"{postgres_url.rsplit('/', 1)[0]}/no_such"):
        found = checked()["database"]

    assert "does not exist" in found.detail
    assert "create that database" in found.fix


@pytest.mark.parametrize("url", ["postgresql://moment:hunter2222@db:x/moment", "nonsense", "mysql://a/b"])
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with name_in_environment(DATABASE_URL=url):
        found = checked()

    assert [check.status for check in found.values()] == [Status.FAILED]
    assert "hunter" not in found["database"].detail
    assert "%XX" in found["database"].fix


def test_no_database_at_all_is_skipped_here() -> None:
    assert checked()["database"].status is Status.SKIPPED
