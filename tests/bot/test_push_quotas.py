"""What LINE tells of the month's pushes is in a row and in the metrics; what it does not tell is in neither as new."""

import threading
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlmodel import select

from bot import push_quotas
from bot.push_quotas import PushQuotas
from desk.simulated_line import channels
from models.quota import PushQuota
from moment.resources import Resources
from simulator.line.client import Desk
from simulator.line.faults import Endpoint


def row(resources: Resources) -> tuple[int | None, int, datetime]:
    with resources.database.transaction() as db:
        quota = db.exec(select(PushQuota).where(PushQuota.channel == "moment")).one()
        return quota.most, quota.used, quota.looked_at


def metrics() -> tuple[float | None, float | None]:
    most, used = (
        REGISTRY.get_sample_value(f"moment_line_pushes_{name}", {"channel": "moment"})
        for name in ("most", "used")
    )
    return most, used


def test_limit_and_use_are_as_line_tells_them(resources: Resources, desk: Desk) -> None:
    desk.quota(200, usage=40)
    assert resources.push_quotas.look()
    assert row(resources)[:2] == (200, 40)
    assert metrics() == (200, 40)
    desk.quota(None, usage=41)
    assert resources.push_quotas.look()
    assert row(resources)[:2] == (None, 41), "the plan was changed: no limit any more"
    assert metrics() == (None, 41)


def test_each_account_has_a_row_of_its_own(resources: Resources, desk: Desk) -> None:
    desk.quota(200, usage=40)
    assert resources.push_quotas.look()
    with resources.database.transaction() as db:
        known = set(db.exec(select(PushQuota.channel)))
    assert known == {channel.name for channel in channels()}


@pytest.mark.parametrize("endpoint", ["quota", "consumption"])
def test_what_line_does_not_tell_grows_old(resources: Resources, desk: Desk, endpoint: Endpoint) -> None:
    desk.quota(200, usage=40)
    assert resources.push_quotas.look()
    before = row(resources)
    desk.quota(200, usage=60)
    desk.fault(endpoint, status=500)
    assert not resources.push_quotas.look()
    assert row(resources) == before
    assert metrics() == (None, None)


def test_a_look_that_failed_is_soon_made_again(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, answers = threading.Event(), [False, False, True]

    def look(_quotas: PushQuotas) -> bool:
        is_known = answers.pop(0)
        if is_known:
            stop.set()
        return is_known

    monkeypatch.setattr(PushQuotas, "look", look)
    monkeypatch.setattr(push_quotas, "AGAIN", timedelta())
    resources.push_quotas.run(stop)
    assert answers == []
