"""The guard that every system test runs under finds what it is there for."""

import contextlib

import httpx

from models.database import Database
from moment.resources import Resources
from tests.network_guard import network_guard


def test_a_request_inside_a_transaction_is_found(database: Database, broker_url: str) -> None:
    with network_guard() as stacks:
        with database.transaction() as db:
            db.connection()
            with contextlib.suppress(httpx.TransportError):
                httpx.get("http://127.0.0.1:9", trust_env=False)
        assert len(stacks) == 1
        assert "test_a_request_inside_a_transaction_is_found" in stacks[0]


def test_a_request_after_the_commit_is_nobodys_concern(database: Database, resources: Resources) -> None:
    with network_guard() as stacks:
        with database.transaction() as db:
            db.connection()
        resources.queue.ping()
        assert stacks == []
