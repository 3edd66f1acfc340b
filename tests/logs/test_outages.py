"""A database that is away fills no log: one line tells of all that fails of it."""

import threading
from typing import Any

import pytest
from dramatiq import Broker, MessageProxy
from dramatiq.middleware import Middleware
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from jobs.queue import Job, Queue
from logs import outages
from logs.logger import get_logger
from models.database import Database
from moment.processes import make_worker
from moment.resources import Resources
from tests.crash.test_outages import closed
from tests.log_lines import log_lines
from tests.system import WAIT

JOBS = 30


class Failures(Middleware):
    """Sees when so many jobs have failed."""

    def __init__(self) -> None:
        self.enough = threading.Semaphore(0)

    def after_process_message(
        self,
        _broker: Broker,
        _message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        if exception is not None:
            self.enough.release()


def test_many_jobs_and_passes_that_fail_of_a_database_away_are_one_line(
    resources: Resources, database_url: str
) -> None:
    failures = Failures()
    resources.queue.broker.add_middleware(failures)
    worker = make_worker(resources, Queue.CONVERSATION)
    with log_lines() as lines, closed(database_url):
        for number in range(JOBS):
            resources.queue.nudge(Job.HANDLE_EVENTS, number)
        worker.start()
        assert all(failures.enough.acquire(timeout=WAIT) for _ in range(JOBS))
        resources.reconciler.pass_once()
        worker.stop()
    away = lines.of("database away")
    assert 1 <= len(away) <= 4  # a kind each, and a busy machine may take longer than an interval
    assert {line["level"] for line in away} == {"warning"}
    assert "Traceback" not in lines.text
    assert not [line for line in lines.lines if line["event"] == "pass failed"]


def test_it_is_told_again_after_a_while_with_how_much_was_left_out(
    resources: Resources, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log_lines() as lines, closed(database_url):
        for _ in range(3):
            resources.reconciler.pass_once()
        monkeypatch.setattr(outages, "EVERY_SECONDS", 0.0)
        resources.reconciler.pass_once()
    untold = [line["untold"] for line in lines.of("database away")]
    assert sum(untold) >= 10
    assert untold[0] == 0


def test_an_error_of_the_database_that_is_not_away_is_told_whole(database: Database) -> None:
    with log_lines() as lines, database.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 1"))
        try:
            connection.execute(text("SELECT pg_sleep(10)"))
        except OperationalError:
            get_logger("tests").exception("too slow")
    (line,) = lines.of("too slow")
    assert "QueryCanceled: 57014" in line["exception"]
