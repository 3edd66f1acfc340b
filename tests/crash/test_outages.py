"""The database or the broker goes away in the middle of a session and comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import redis

from desk.stack import Worker
from jobs import reconciler
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.session import SessionStatus, StageName
from settings import Settings
from simulator.line.client import Crossing
from tests.crash.test_crash_sweep import cook
from tests.crash.town import PATIENCE, WITHOUT_RENDERING, Town, start_town

LEASE = timedelta(seconds=10)  # nobody dies: each stage is done by its first try


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


def test_a_session_goes_on_when_the_database_comes_back(
    database_url: str, settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING) as town:
        learner = town.desk.learner("ゆうこ")
        town.desk.fault("content", delay_seconds=1.0, times=2)  # so that work is under way when it goes
        cook(town, learner, clip, memo)
        town.wait_until(lambda: town.desk.log(path="/content"), "the download")
        with closed(database_url):
            town.wait_until(lambda: _ready(town) == 503, "the web process to notice")
            # Sent while nothing can be stored: not acknowledged, so LINE brings it again.
            sticker = learner.sticker()
            town.wait_until(lambda: _statuses(town, sticker.webhook_event_id), "a refusal")
            assert 200 not in _statuses(town, sticker.webhook_event_id)
        learner.wait_for_text(phrasebook.STICKER_RECEIVED, PATIENCE)
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        town.wait_until(lambda: all(m.delivered_at or m.parked_at for m in town.owed()), "all that is owed")
        assert town.session(learner).status == SessionStatus.TEXT_READY
        assert len([b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 1
        assert town.deaths == []  # nobody died of it


def _ready(town: Town) -> int:
    return httpx.get(f"{town.stack.web_url}/readyz", trust_env=False, timeout=60).status_code


def _statuses(town: Town, event_id: str | None) -> list[int | None]:
    crossings: list[Crossing] = town.desk.log(direction="LINE→bot")
    return [c.status for c in crossings if str(event_id) in str(c.request) and c.duration_ms is not None]


def never_nudge_again(_folder: Path) -> None:
    """In the child: what was nudged once is brought back by the broker's loss alone."""
    reconciler.NUDGE_AGAIN = timedelta(hours=1)


def test_an_emptied_broker_loses_no_work(
    broker_url: str, settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    queues = [queue for queue in WITHOUT_RENDERING if queue is not Queue.MODELS]
    with start_town(tmp_path, settings, queues=queues, prepare=[never_nudge_again], lease=LEASE) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, clip, memo)
        ready = {StageName.TRANSCRIBE_MEMO, StageName.ANALYZE_VIDEO}
        town.wait_until(lambda: ready <= _nudged_stages(town), "work that was nudged by the reconciler too")
        with redis.Redis.from_url(broker_url) as client:
            town.wait_until(lambda: client.llen("dramatiq:models"), "work waiting for the models' worker")
            client.flushdb()  # FLUSHALL would empty the other tests' too
            town.wait_until(lambda: client.llen("dramatiq:models"), "the work, nudged anew")
        assert not [run for run in town.runs(learner).values() if run.stage in ready and run.attempts]
        town.start(Worker(Queue.MODELS))
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        assert {run.attempts for run in town.runs(learner).values() if run.finished_at} == {1}


def _nudged_stages(town: Town) -> set[str]:
    """Those that the reconciler has nudged, and will not nudge again by itself."""
    with town.database.transaction() as db:
        statement = "SELECT stage FROM stage_run WHERE nudge_at > now() + interval '30 minutes'"
        return {row.stage for row in db.connection().exec_driver_sql(statement)}
