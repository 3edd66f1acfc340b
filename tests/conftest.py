"""Real parts for every test: one embedded Postgres and Valkey a run, a database of its own a test.

The servers are shared by xdist's workers: the controlling process starts and stops them. Without xdist they start
when the first test asks for them.
"""

import fcntl
import gc
import os
import shutil
import signal
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import httpx
import httpx._transports.default as httpx_transports
import hypothesis
import psycopg
import pytest
import sqlalchemy
from httpx._config import DEFAULT_TIMEOUT_CONFIG

import models.database
from desk.embedded import EmbeddedPostgres, EmbeddedValkey, scratch_folder
from models.database import Database
from moment.knowledge import prepare_database
from moment.resources import Resources, open_resources
from settings import PREFIX, Settings
from tests import quick_providers

ROOT = "MOMENT_TEST_ROOT"
TEMPLATE = "moment_template"
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4 << 30  # bytes; a container is often given 64 MB, and Postgres's log alone may take one GB


# Every client, and Google's three times, would read the same hundred authorities anew, for 30 ms: one context for all.
httpx_transports.create_ssl_context = cache(httpx.create_ssl_context)  # type: ignore[attr-defined]
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]

# The collector looks after every 700 new objects, which is a tenth of the tests' time.
gc.set_threshold(20_000)

# Begun in the background by a shell, we ignore Ctrl-C, and so would every command that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples every time: what fails here fails for everybody.
hypothesis.settings.register_profile("deterministic", derandomize=True, database=None, deadline=None)
# Once in a while, not in every run: `--hypothesis-profile=long`.
hypothesis.settings.register_profile("long", database=None, deadline=None)
hypothesis.settings.load_profile("deterministic")

# Of clients that name no other: a busy machine answers late, and how late is for the benchmarks to say. Seconds.
DEFAULT_TIMEOUT_CONFIG.connect = DEFAULT_TIMEOUT_CONFIG.read = DEFAULT_TIMEOUT_CONFIG.write = 60.0


def pytest_configure(config: pytest.Config) -> None:
    if ROOT in os.environ:
        return
    os.environ[ROOT] = str(_servers_folder())
    config.stash[SERVERS] = servers = Servers(_root())
    if getattr(config.option, "numprocesses", None):
        # A server ends with who started it, and one xdist worker may end before the others.
        servers.start()


def _servers_folder() -> Path:
    """In memory, where there is plenty: a database is 500 files, and on a disk most of a copy's time is their making."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH_MEMORY:
        return scratch_folder()
    folder = Path(mkdtemp(prefix="moment-", dir=MEMORY))
    folder.chmod(0o711)  # Postgres runs unprivileged
    return folder


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(SERVERS, None)
    if servers is None:
        return
    servers.stop()
    del os.environ[ROOT]
    shutil.rmtree(servers.root, ignore_errors=True)


@dataclass
class Servers:
    """Everybody's. Whoever starts what runs already is told its address."""

    root: Path
    postgres: EmbeddedPostgres = field(init=False)
    valkey: EmbeddedValkey = field(init=False)

    def __post_init__(self) -> None:
        self.postgres = EmbeddedPostgres(self.root / "postgres")
        self.valkey = EmbeddedValkey(self.root / "valkey")

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()


SERVERS = pytest.StashKey[Servers]()


def _root() -> Path:
    return Path(os.environ[ROOT])


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    return pytestconfig.stash.get(SERVERS, None) or Servers(_root())


@pytest.fixture(scope="session")
def postgres_url(servers: Servers) -> str:
    """A server whose template database is migrated and holds the knowledge base."""
    url = servers.postgres.start()
    with (servers.root / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _wait_for_no_disk(url)
        _make_template(url)
    _compile_statements_once(_url_of(url, "postgres"))
    return url


def _wait_for_no_disk(url: str) -> None:
    """What is killed here is a process, never the machine; and making and dropping databases would wait for the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def _make_template(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        exists = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(exists, [TEMPLATE]).fetchone() is not None:
            return
        connection.execute("CREATE DATABASE filling")
    # Quick embeddings: what retrieval finds has tests of its own.
    settings = Settings.without_environment(database_url=_url_of(url, "filling"))
    prepare_database(settings, quick_providers.build)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE filling RENAME TO {TEMPLATE}")


def _compile_statements_once(url: str) -> None:
    """An engine keeps the statements it has compiled, and each test has engines of its own: let them share one dialect,
    and what was compiled for it."""
    first = sqlalchemy.create_engine(
        models.database.with_driver(url), **models.database.connection_options(1)
    )
    first.connect().close()  # the dialect looks what the server can
    first.dispose()

    def create_engine(*arguments: Any, **options: Any) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(*arguments, **options)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    models.database.create_engine = create_engine  # type: ignore[attr-defined]


def _url_of(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"


@pytest.fixture(scope="session")
def valkey_url(servers: Servers, worker_id: str) -> str:
    """The shared server, a logical database for each xdist worker."""
    url = servers.valkey.start()
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    return f"{url.rsplit('/', 1)[0]}/{number}"


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@contextmanager
def own_database(postgres_url: str, *, durable: bool = False) -> Iterator[str]:
    """The URL of a database like the template's, there for the block.

    Unless it is `durable`, its commits are not waited for on the disk: what no test takes away need not survive.
    """
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        # Copied file by file, which is half the work of writing each page to the log.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        if not durable:
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield _url_of(postgres_url, name)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty_broker(valkey_url: str) -> str:
    import redis

    with redis.Redis.from_url(valkey_url) as client:
        client.flushdb()
    return valkey_url


@pytest.fixture
def database_url(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a database of this test's own."""
    with own_database(postgres_url, durable="crash" in request.path.parts) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def broker_url(valkey_url: str) -> str:
    """Of an empty broker."""
    return empty_broker(valkey_url)


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path: Path) -> Settings:
    """A database and a broker of this test's own, a store in its folder; all else as without an environment."""
    return make_settings(database_url, broker_url, tmp_path)


@pytest.fixture
def resources(settings: Settings) -> Iterator[Resources]:
    """One process's, on the quick providers."""
    with open_resources(settings, quick_providers.build) as resources:
        yield resources


def make_settings(database_url: str, broker_url: str, folder: Path) -> Settings:
    return Settings.without_environment(
        database_url=database_url, broker_url=broker_url, data_dir=folder, store_dir=folder / "objects"
    )


@pytest.fixture(autouse=True)
def no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on what this machine's environment names."""
    for name in [name for name in os.environ if name.startswith(PREFIX) or name == "DATABASE_URL"]:
        if name != ROOT:
            monkeypatch.delenv(name)
