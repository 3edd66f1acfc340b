"""What a running Moment tells of itself, and that dashboard and README speak of just that."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import push_quotas
from models.chat import MessageType
from moment.resources import open_resources
from moment.watch import process
from moment.watch.endpoint import Endpoint
from moment.watch.process import watched_reconciler
from moment.watch.rows import RowMetrics
from services import absences, invariants, retention
from services.plan import missed
from tests import quick_providers
from tests.flows.steps import cook, message_once, wait_for_words
from tests.moment.watch.scrape import scrape_endpoint
from tests.system import System

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "docs/dashboard.json").read_text())
README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


@pytest.fixture
def endpoint(text_only: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """Of a reconciler's process. Here all parts are one process, whose counters it tells too."""
    monkeypatch.setattr(process, "RowMetrics", partial(RowMetrics, keep_seconds=0.0))
    with (
        open_resources(text_only.settings, quick_providers.build) as resources,
        watched_reconciler(resources) as endpoint,
    ):
        yield endpoint


def queried() -> set[str]:
    """Every metric that a panel names."""
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return {OF_A_HISTOGRAM.sub("", name) for query in queries for name in re.findall(r"moment_\w+", query)}


def test_a_session_shows_in_the_metrics(text_only: System, endpoint: Endpoint, clip: Path) -> None:
    before = scrape_endpoint(endpoint)
    learner = text_only.learner()
    cook(learner, clip)
    message_once(text_only, learner, MessageType.COACHING_READY, lambda message: message.delivered_at)
    learner.text("火加減はどうでしたか")
    wait_for_words(learner, quick_providers.script.answer)
    after = scrape_endpoint(endpoint)

    def grew(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert grew("moment_webhook_requests_total", source="line", status="200") >= 4
    assert grew("moment_deliveries_total", outcome="reply") >= 2
    assert grew("moment_deliveries_total", outcome="push") >= 1
    assert grew("moment_delivery_seconds_count", by="push") >= 1
    assert grew("moment_events_total", outcome="follow") == 1
    assert grew("moment_stage_seconds_count", stage="analyze_video", provider="quick") == 1
    assert grew("moment_coaching_seconds_count", part="text") == 1
    assert after.value("moment_rows_readable") == 1


def test_dashboard_and_readme_name_what_there_is(endpoint: Endpoint) -> None:
    assert missed.FOUND, "counted by a reconciler where the plan is for sale"
    assert absences.REMINDED, "counted by a reconciler too"
    assert retention.DELETED, "counted by a reconciler too"
    assert push_quotas.USED, "told by a reconciler too"
    assert invariants.VIOLATIONS, "counted by a reconciler too"
    told = scrape_endpoint(endpoint)
    assert queried() <= told.ours
    documented = set(re.findall(r"`(moment_\w+)`", README))
    assert documented <= told.ours
    assert told.ours <= documented | queried()


def test_the_dashboard_asks_the_one_source_that_is_chosen() -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")

    def sources(part: Any) -> Iterator[Any]:
        if isinstance(part, dict):
            for name, value in part.items():
                yield from [value["uid"]] if name == "datasource" else sources(value)
        elif isinstance(part, list):
            for value in part:
                yield from sources(value)

    assert set(sources(DASHBOARD["panels"])) == {f"${{{variable['name']}}}"}


def test_the_public_host_tells_no_metrics(text_only: System) -> None:
    for path in ("/metrics", "/livez"):
        assert httpx.get(f"{text_only.web_url}{path}", trust_env=False).status_code == 404
