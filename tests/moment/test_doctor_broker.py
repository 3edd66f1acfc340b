"""What the doctor finds wrong with a real Valkey."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from desk.embedded import EmbeddedValkey, free_port
from moment.doctor import broker
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import Settings


@dataclass(frozen=True)
class OwnBroker:
    """A server that the test may change."""

    url: str
    client: "redis.Redis"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnBroker]:
    server = EmbeddedValkey(tmp_path)
    url = server.start()
    with redis.Redis.from_url(url) as client:
        yield OwnBroker(url, client)
    server.stop()


def look(url: str | None, *fallbacks: str) -> dict[str, Check]:
    ground = Ground(Settings.without_environment(broker_url=url), frozenset(fallbacks))
    return {check.name: check for check in broker.checks(ground)}


def test_a_broker_that_is_as_it_should_be_is_left_as_it_was(own: OwnBroker) -> None:
    checks = look(own.url)

    assert list(checks) == ["broker", "broker.eviction", "broker.persistence"]
    assert {check.status for check in checks.values()} == {Status.OK}
    assert checks["broker"].detail.startswith("Valkey ")
    assert "from MOMENT_BROKER_URL" in checks["broker"].detail
    assert own.client.dbsize() == 0


def test_the_embedded_broker_is_named_as_a_stand_in(own: OwnBroker) -> None:
    detail = look(own.url, "broker_url")["broker"].detail
    assert "embedded Valkey (MOMENT_BROKER_URL is not set)" in detail


def test_eviction_is_a_warning(own: OwnBroker) -> None:
    own.client.config_set("maxmemory-policy", "allkeys-lru")

    checks = look(own.url)

    assert checks["broker"].status is Status.OK
    assert checks["broker.eviction"].status is Status.WARNING
    assert "allkeys-lru" in checks["broker.eviction"].detail
    assert "CONFIG SET maxmemory-policy noeviction" in checks["broker.eviction"].fix


def test_no_persistence_is_a_warning(own: OwnBroker) -> None:
    own.client.config_set("appendonly", "no")

    check = look(own.url)["broker.persistence"]

    assert check.status is Status.WARNING
    assert "CONFIG SET appendonly yes" in check.fix


def test_a_broker_that_takes_no_writes_is_a_failure(own: OwnBroker) -> None:
    own.client.replicaof("127.0.0.1", free_port())

    check = look(own.url)["broker"]

    assert check.status is Status.FAILED
    assert "MOMENT_BROKER_URL name the primary" in check.fix


def test_a_missing_password_is_told_apart(own: OwnBroker) -> None:
    own.client.config_set("requirepass", "hunter2222")

    checks = look(own.url)

    assert list(checks) == ["broker"]
    assert checks["broker"].status is Status.FAILED
    assert "password into MOMENT_BROKER_URL" in checks["broker"].fix


def test_a_broker_that_is_away() -> None:
    checks = look(f"redis://:hunter2222@127.0.0.1:{free_port()}/0")

    assert list(checks) == ["broker"]
    assert checks["broker"].status is Status.FAILED
    assert "does not answer" in checks["broker"].detail
    assert "MOMENT_BROKER_URL" in checks["broker"].fix


@pytest.mark.parametrize("url", ["redis://:hunter@2222/secret@broker:x/0", "http://broker.example"])
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    check = look(url)["broker"]

    assert check.status is Status.FAILED
    assert "hunter" not in check.detail
    assert "MOMENT_BROKER_URL" in check.fix


@pytest.mark.parametrize("url", ["http://broker.example", "broker:6379", ""])
def test_what_is_no_address_is_told_apart(url: str) -> None:
    check = look(url)["broker"]

    assert check.detail == "MOMENT_BROKER_URL cannot be read as an address"
    assert "set MOMENT_BROKER_URL=redis://" in check.fix


def test_no_broker_at_all_is_skipped_here() -> None:
    check = look(None)["broker"]

    assert check.status is Status.SKIPPED
    assert "MOMENT_BROKER_URL is not set" in check.detail
