"""Real parts for every test: one embedded Postgres and Valkey a run, a database of its own a test.

The servers start when the first test asks for them and are shared by xdist's workers; the controlling
process stops them at the end.
"""

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest

from moment.desk import scratch_folder
from moment.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.process import name_in_environment, reset_process

ROOT = "MOMENT_TEST_ROOT"
TEMPLATE = "moment_template"


# The same examples every time: what fails here fails for everybody.
hypothesis.settings.register_profile("deterministic", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("deterministic")


def pytest_configure(config: pytest.Config) -> None:
    if ROOT not in os.environ:
        os.environ[ROOT] = str(scratch_folder())
        config.stash[OWNS_ROOT] = True


OWNS_ROOT = pytest.StashKey[bool]()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not config.stash.get(OWNS_ROOT, False):
        return
    root = Path(os.environ.pop(ROOT))
    for pid_file, how in (
        (root / "postgres/data/postmaster.pid", signal.SIGINT),
        (root / "valkey/pid", signal.SIGTERM),
    ):
        if pid_file.exists():
            os.kill(int(pid_file.read_text().split()[0]), how)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A server whose template database is migrated and holds the knowledge base."""
    root = Path(os.environ[ROOT])
    server = EmbeddedPostgres(root / "postgres")
    url = server.start()
    with (root / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make_template(url)
    return url


def _make_template(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
        if found is not None:
            return
        connection.execute("CREATE DATABASE filling")
    from moment.knowledge import ingest_all, migrate

    # Quick embeddings: what retrieval finds has tests of its own.
    with name_in_environment(DATABASE_URL=_named(url, "filling"), PROVIDERS="tests.quick_providers"):
        migrate()
        ingest_all()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE filling RENAME TO {TEMPLATE}")


def _named(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"


@pytest.fixture(scope="session")
def valkey_url(worker_id: str) -> str:
    """The shared server, a logical database for each xdist worker."""
    root = Path(os.environ[ROOT])
    server = EmbeddedValkey(root / "valkey")
    url = server.start()
    if server.process is not None:
        (root / "valkey/pid").write_text(str(server.process.pid))
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    return f"{url.rsplit('/', 1)[0]}/{number}"


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@contextmanager
def own_database(postgres_url: str, *, durable: bool = False) -> Iterator[str]:
    """A database like the template's, named in the environment for the block.

    Unless it is `durable`, its commits are not waited for on the disk: what no test takes away need not survive.
    """
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        if not durable:
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    url = _named(postgres_url, name)
    with name_in_environment(DATABASE_URL=url):
        yield url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_broker(valkey_url: str) -> Iterator[str]:
    import redis

    with redis.Redis.from_url(valkey_url) as client:
        client.flushdb()
    with name_in_environment(BROKER_URL=valkey_url):
        yield valkey_url


@pytest.fixture
def database_url(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own, named in the environment."""
    with own_database(postgres_url, durable="crash" in request.path.parts) as url:
        yield url


@pytest.fixture
def broker_url(valkey_url: str) -> Iterator[str]:
    """An empty broker, named in the environment."""
    with empty_broker(valkey_url) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """No test sees another's settings, engine, broker or clients."""
    reset_process()
    yield
    reset_process()
