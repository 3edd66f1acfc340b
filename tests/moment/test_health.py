"""Health and readiness, as whoever watches the process asks for them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from moment.app import make_app
from moment.resources import open_resources
from settings import Settings
from tests import quick_providers

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


@pytest.mark.parametrize("name", NOWHERE)
def test_it_is_alive_whatever_is_away(settings: Settings, name: str) -> None:
    assert ask(settings.change(**{name: NOWHERE[name]}), "/healthz") == (200, {"status": "ok"})
