"""Health and readiness, as whoever watches the process asks for them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from moment.app import make_app
from moment.resources import open_resources
from settings import Settings
from tests import quick_providers
from tests.system import WAIT, listening, served

NOWHERE = {"broker_url": "redis://127.0.0.1:1/0", "database_url": "postgresql://nobody@127.0.0.1:1/none"}


def ask(settings: Settings, path: str) -> tuple[int, Any]:
    with open_resources(settings, quick_providers.build) as resources:
        answer = TestClient(make_app(resources)).get(path)
        return answer.status_code, answer.json()


def test_a_process_with_all_its_parts_is_ready(settings: Settings) -> None:
    assert ask(settings, "/readyz") == (200, {"parts": {"database": "ok", "broker": "ok"}})


def test_without_the_broker_it_still_takes_events(settings: Settings) -> None:
    status, answer = ask(settings.change(broker_url=NOWHERE["broker_url"]), "/readyz")
    assert status == 200
    assert answer["parts"] == {"database": "ok", "broker": "ConnectionError"}


def test_without_the_database_it_is_not_ready(settings: Settings) -> None:
    status, answer = ask(settings.change(database_url=NOWHERE["database_url"]), "/readyz")
    assert status == 503
    assert answer["parts"] == {"database": "OperationalError", "broker": "ok"}


@pytest.mark.parametrize(("name", "other"), [("/healthz", "/health"), ("/readyz", "/ready")])
def test_where_paths_that_end_in_z_do_not_come_through_it_is_asked_by_others(
    settings: Settings, name: str, other: str
) -> None:
    assert ask(settings, other) == ask(settings, name)


@pytest.mark.parametrize("name", NOWHERE)
def test_it_is_alive_whatever_is_away(settings: Settings, name: str) -> None:
    assert ask(settings.change(**{name: NOWHERE[name]}), "/healthz") == (200, {"status": "ok"})


class Hung:
    """A web process whose database takes connections and never answers, as one that was stopped (SIGSTOP)."""

    def __init__(self, stack: ExitStack, settings: Settings) -> None:
        self._stack = stack
        self.database = stack.enter_context(closing(listening()))
        self.database.settimeout(WAIT)
        url = f"postgresql://nobody@127.0.0.1:{self.database.getsockname()[1]}/none"
        resources = stack.enter_context(open_resources(settings.change(database_url=url)))
        resources.store.put("videos/7.mp4", iter([b"picture"]), "video/mp4")
        self.media = resources.links.link("videos/7.mp4").removeprefix(settings.public_url)
        sock = listening()
        self.port = sock.getsockname()[1]
        stack.enter_context(served(uvicorn.Server(uvicorn.Config(make_app(resources))), sock))

    def ask(self, path: str) -> socket.socket:
        """The answer is still to come."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)
        self._stack.enter_context(closing(connection))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: moment\r\nConnection: close\r\n\r\n".encode())
        return connection


@pytest.fixture
def hung(settings: Settings) -> Iterator[Hung]:
    with ExitStack() as stack:
        yield Hung(stack, settings)


def test_a_hung_database_holds_up_neither_health_nor_media_however_many_ask(hung: Hung) -> None:
    waiting = [hung.ask("/readyz") for _ in range(45)]
    with closing(hung.database.accept()[0]):
        with httpx.Client(base_url=f"http://127.0.0.1:{hung.port}", timeout=1.5) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get(hung.media).content == b"picture"
        assert [thread.name for thread in threading.enumerate()].count("health") <= 2  # database and broker
        answers = [b"".join(iter(partial(each.recv, 4096), b"")) for each in waiting]
    assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 503 Service Unavailable"}
    assert all(b"no answer in time" in answer for answer in answers)
