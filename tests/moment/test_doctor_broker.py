"""What the doctor finds wrong with a real Valkey."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from moment.doctor import broker
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.embedded import EmbeddedValkey, free_port
from settings import settings
from tests.process import name_in_environment


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator["redis.Redis"]:
    """A server that the test may change, named in the environment."""
    server = EmbeddedValkey(tmp_path)
    url = server.start()
    with redis.Redis.from_url(url) as client, name_in_environment(BROKER_URL=url):
        yield client
    server.stop()


def checked(*fallbacks: str) -> dict[str, Check]:
    return {check.name: check for check in broker.checks(Ground(settings(), frozenset(fallbacks)))}


def test_a_broker_that_is_as_it_should_be_is_left_as_it_was(own_broker: "redis.Redis") -> None:
    found = checked()

    assert list(found) == ["broker", "broker.eviction", "broker.persistence"]
    assert {check.status for check in found.values()} == {Status.OK}
    assert found["broker"].detail.startswith("Valkey ")
    assert own_broker.dbsize() == 0


@pytest.mark.usefixtures("own_broker")
def test_the_embedded_broker_is_named_as_a_stand_in() -> None:
    assert "embedded Valkey (BROKER_URL is not set)" in checked("broker_url")["broker"].detail


def test_eviction_is_a_warning(own_broker: "redis.Redis") -> None:
    own_broker.config_set("maxmemory-policy", "allkeys-lru")

    found = checked()

    assert found["broker"].status is Status.OK
    assert found["broker.eviction"].status is Status.WARNING
    assert "allkeys-lru" in found["broker.eviction"].detail
    assert "CONFIG SET maxmemory-policy noeviction" in found["broker.eviction"].fix


def test_no_persistence_is_a_warning(own_broker: "redis.Redis") -> None:
    own_broker.config_set("appendonly", "no")

    found = checked()["broker.persistence"]

    assert found.status is Status.WARNING
    assert "CONFIG SET appendonly yes" in found.fix


def test_a_broker_that_takes_no_writes_is_a_failure(own_broker: "redis.Redis") -> None:
    own_broker.replicaof("127.0.0.1", free_port())

    found = checked()["broker"]

    assert found.status is Status.FAILED
    assert "primary" in found.fix


def test_a_missing_password_is_told_apart(own_broker: "redis.Redis") -> None:
    own_broker.config_set("requirepass", "hunter2222")

    found = checked()

    assert list(found) == ["broker"]
    assert found["broker"].status is Status.FAILED
    assert "password" in found["broker"].fix


def test_a_broker_that_is_away() -> None:
    with name_in_environment(BROKER_URL=f"redis://:hunter2222@127.0.0.1:{free_port()}/0"):
        found = checked()

    assert list(found) == ["broker"]
    assert found["broker"].status is Status.FAILED
    assert "does not answer" in found["broker"].detail
    assert "BROKER_URL" in found["broker"].fix


@pytest.mark.parametrize("url", ["redis://:hunter@2222/secret@broker:x/0", "http://broker.example"])
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with name_in_environment(BROKER_URL=url):
        found = checked()["broker"]

    assert found.status is Status.FAILED
    assert "hunter" not in found.detail


def test_no_broker_at_all_is_skipped_here() -> None:
    assert checked()["broker"].status is Status.SKIPPED
