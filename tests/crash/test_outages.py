"""The database or the broker goes away in the middle of a session and comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from knowledge_base import copy
from models.session import SessionStatus, StageRun
from pipeline.graph import StageName
from simulator.client import Crossing
from tests.crash.process import reconciling, web, worker
from tests.crash.test_crash_sweep import cook
from tests.crash.town import PATIENCE, town, wait_until


@contextmanager
def closed(database_url: str) -> Iterator[None]:
    """As while a server restarts: every connection is cut, and new ones are refused until the block ends."""
    server, name = database_url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.usefixtures("broker_url")
def test_a_session_goes_on_when_the_database_comes_back(
    database_url: str, tmp_path: Path, clip: Path, memo: Path
) -> None:
    with town(tmp_path) as made:
        port = int(made.web_url.rsplit(":", 1)[1])
        made.start(
            web(port), *(worker(queue) for queue in ("conversation", "media", "models")), reconciling()
        )
        learner = made.desk.learner("ゆうこ")
        made.desk.fault("content", delay_seconds=1.0, times=2)  # so that work is under way when it goes
        cook(learner, clip, memo)
        wait_until(lambda: made.desk.log(path="/content"), "the download")
        with closed(database_url):
            wait_until(lambda: _ready(made.web_url) == 503, "the web process to notice")
            # Sent while nothing can be stored: not acknowledged, so LINE brings it again.
            sent = learner.sticker()
            wait_until(
                lambda: _statuses(made.desk.log(direction="LINE→bot"), sent.webhook_event_id), "a refusal"
            )
            assert 200 not in _statuses(made.desk.log(direction="LINE→bot"), sent.webhook_event_id)
        learner.wait_for_text(copy.STICKER_RECEIVED, PATIENCE)
        learner.wait_for_text(copy.CARD_PROBLEM, PATIENCE)
        wait_until(lambda: all(m.delivered_at or m.parked_at for m in made.owed()), "all that is owed")
        assert made.session(learner).status == SessionStatus.TEXT_READY
        assert len([b for b in learner.thread().of_type("flex") if copy.CARD_PROBLEM in b.text]) == 1
        assert made.ended == []  # nobody died of it


def _ready(web_url: str) -> int:
    return httpx.get(f"{web_url}/readyz", trust_env=False, timeout=60).status_code


def _statuses(crossings: list[Crossing], event_id: str | None) -> list[int | None]:
    return [c.status for c in crossings if str(event_id) in str(c.request) and c.duration_ms is not None]


@pytest.mark.usefixtures("database_url")
def test_an_emptied_broker_loses_no_work(broker_url: str, tmp_path: Path, clip: Path, memo: Path) -> None:
    with town(tmp_path) as made:
        port = int(made.web_url.rsplit(":", 1)[1])
        made.start(web(port), worker("conversation"), worker("media"))
        learner = made.desk.learner("ゆうこ")
        cook(learner, clip, memo)
        with redis.Redis.from_url(broker_url) as client:
            wait_until(lambda: client.llen("dramatiq:models"), "work waiting for the models' worker")
            wait_until(
                lambda: {StageName.STORE_VIDEO, StageName.STORE_MEMO} <= _done(made.runs(learner)),
                "downloads",
            )
            client.flushdb()  # FLUSHALL would empty the other tests' too
        assert StageName.ANALYZE_VIDEO not in made.runs(learner)
        made.start(worker("models"), reconciling())
        learner.wait_for_text(copy.CARD_PROBLEM, PATIENCE)
        assert {run.attempt for run in made.runs(learner).values() if run.finished_at} == {1}


def _done(runs: dict[str, StageRun]) -> set[str]:
    return {stage for stage, run in runs.items() if run.finished_at}
