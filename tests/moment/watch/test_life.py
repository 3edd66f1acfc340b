"""A process is alive while it does its work; one that has been silent too long is to be started again."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.embedded import EmbeddedValkey
from jobs.queue import Queue
from moment.processes import make_worker
from moment.resources import Resources, open_resources
from moment.watch import life, pulse
from moment.watch.endpoint import Endpoint, WatchPortTaken
from moment.watch.ports import PLACES, port_of
from moment.watch.process import watched_reconciler, watched_web, watched_worker
from settings import Settings
from tests import quick_providers
from tests.moment.children import wait_until
from tests.system import listening

SHORT = 1.5  # seconds; a consumer looks once a second
NOWHERE = {"broker_url": "redis://127.0.0.1:1/0", "database_url": "postgresql://nobody@127.0.0.1:1/none"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "SILENCE_SECONDS", SHORT)
    monkeypatch.setattr(pulse, "EVERY_SECONDS", 0.1)


def ask(endpoint: Endpoint) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{endpoint.url}/livez", trust_env=False)
    return answer.status_code, answer.json()


def silent(endpoint: Endpoint) -> set[str]:
    """What has been silent too long."""
    _, report = ask(endpoint)
    return {name for name, seconds in report["silence_seconds"].items() if seconds > SHORT}


@contextmanager
def working(resources: Resources) -> Iterator[tuple[Endpoint, Callable[[], None]]]:
    """A watched worker, and how to stop its consumers."""
    worker = make_worker(resources, Queue.ANSWERS)
    with watched_worker(resources, Queue.ANSWERS) as endpoint:
        worker.start()
        try:
            yield endpoint, worker.stop
        finally:
            worker.stop()


def test_a_worker_lives_while_its_consumers_look_for_work(resources: Resources, impatient: None) -> None:
    with working(resources) as (endpoint, stop):
        wait_until(lambda: ask(endpoint)[0] == 200, "a sign of life")
        stop()
        wait_until(lambda: silent(endpoint) == {"consumers"}, "silence")
        assert ask(endpoint)[0] == 503


def test_a_worker_without_its_broker_is_silent(settings: Settings, impatient: None, tmp_path: Path) -> None:
    broker = EmbeddedValkey(tmp_path / "valkey")
    url = broker.start()
    try:
        with (
            open_resources(settings.change(broker_url=url), quick_providers.build) as own,
            working(own) as (endpoint, _),
        ):
            wait_until(lambda: ask(endpoint)[0] == 200, "a sign of life")
            broker.stop()
            wait_until(lambda: silent(endpoint) == {"consumers", "broker"}, "silence")
            assert ask(endpoint)[0] == 503
    finally:
        broker.stop()


def test_a_worker_without_its_database_is_silent(settings: Settings, impatient: None) -> None:
    away = settings.change(database_url=NOWHERE["database_url"])
    with open_resources(away, quick_providers.build) as resources, working(resources) as (endpoint, _):
        wait_until(lambda: silent(endpoint) == {"database"}, "silence")
        assert ask(endpoint)[0] == 503


def test_the_reconciler_lives_while_its_passes_end(settings: Settings, impatient: None) -> None:
    often = settings.change(reconcile_every=timedelta(seconds=0.1))
    with (
        open_resources(often, quick_providers.build) as resources,
        watched_reconciler(resources) as endpoint,
    ):
        resources.reconciler.pass_once()
        wait_until(lambda: ask(endpoint)[0] == 200, "a sign of life")
        wait_until(lambda: silent(endpoint) == {"passes"}, "silence")


def test_the_webs_port_tells_metrics_and_leaves_health_to_its_own(resources: Resources) -> None:
    with watched_web(resources) as endpoint:
        assert httpx.get(f"{endpoint.url}/metrics", trust_env=False).status_code == 200
        assert httpx.get(f"{endpoint.url}/livez", trust_env=False).status_code == 404


def test_each_process_of_a_machine_has_a_place_of_its_own() -> None:
    settings = Settings.without_environment(watch_port=9400)
    ports = [port_of(settings, place) for place in PLACES]
    assert ports == list(range(9400, 9400 + 2 + len(Queue)))
    assert {port_of(Settings.without_environment(), place) for place in PLACES} == {0}


def test_a_port_that_is_taken_is_named_with_the_fix(settings: Settings) -> None:
    with closing(listening()) as taken:
        port = taken.getsockname()[1]
        with (
            open_resources(settings.change(watch_port=port), quick_providers.build) as resources,
            pytest.raises(WatchPortTaken, match=str(port)) as refusal,
            watched_web(resources),
        ):
            pass
    assert "MOMENT_WATCH_PORT" in refusal.value.explain()
