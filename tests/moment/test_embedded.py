"""The embedded servers: attached to by many, alive again after a kill, with what they held."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from desk.embedded import EmbeddedPostgres, EmbeddedValkey, scratch_folder
from tests.moment.children import ROOT, wait_until


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where an unprivileged account can enter, which pytest's own folders do not allow."""
    folder = scratch_folder()
    yield folder
    shutil.rmtree(folder)


def test_postgres_is_back_with_its_data_after_a_kill(folder: Path) -> None:
    first = EmbeddedPostgres(folder / "postgres")
    url = first.start()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute("CREATE TABLE dish (name text)")
            connection.execute("INSERT INTO dish VALUES ('味噌汁')")
        _attaches_from_another_process(folder / "postgres", url)
        assert first.process is not None
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        second = EmbeddedPostgres(folder / "postgres")
        again = second.start()
        try:
            with psycopg.connect(again) as connection:
                assert connection.execute("SELECT name FROM dish").fetchall() == [("味噌汁",)]
        finally:
            second.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(again)
    finally:
        first.stop()


def _attaches_from_another_process(root: Path, url: str) -> None:
    script = f"""
from pathlib import Path
from desk.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path({str(root)!r}))
print(server.start())
server.stop()
"""
    child = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == url
    psycopg.connect(url).close()  # who attached did not stop it


def test_valkey_keeps_its_queues_over_a_restart(tmp_path: Path) -> None:
    first = EmbeddedValkey(tmp_path)
    url = first.start()
    with redis.Redis.from_url(url) as client:
        client.rpush("queue", "work")
    assert EmbeddedValkey(tmp_path).start() == url
    first.stop()
    second = EmbeddedValkey(tmp_path)
    try:
        with redis.Redis.from_url(second.start()) as client:
            assert client.lrange("queue", 0, -1) == [b"work"]
    finally:
        second.stop()


def test_two_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from desk.embedded import EmbeddedValkey
server = EmbeddedValkey(Path({str(tmp_path)!r}))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    urls = [child.stdout.readline() for child in both if child.stdout]
    assert urls[0] == urls[1] != ""
    for child in both:
        child.communicate()
    wait_until(lambda: not _answers(urls[0].strip()), "the server's end")


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False
