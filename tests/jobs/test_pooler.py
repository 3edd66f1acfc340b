"""Behind a transaction pooler, which gives each transaction another connection of the server's."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desk.embedded import UNPRIVILEGED, free_port, scratch_folder
from footage.script import ClipRecipe
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.coaching import RatingAspect
from models.session import SessionStatus
from settings import Settings
from tests.clips import drawn
from tests.crash.town import PATIENCE, Town, start_town
from tests.crash.witness import note_handling, notes
from tests.quick_providers import new_script

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
SERVER_CONNECTIONS = 2  # for some sixty of ours: a transaction that waited for another would never end
START_SECONDS = 20.0
STICKERS = 10

pytestmark = pytest.mark.skipif(
    not Path(PGBOUNCER).exists() and "CI" not in os.environ, reason="pgbouncer is not installed"
)


@pytest.fixture
def pooler_url(database_url: str) -> Iterator[str]:
    """Of a pooler in front of this test's database."""
    folder = scratch_folder()
    port = free_port()
    url = _write_configuration(folder, database_url, port)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, str(folder / "pgbouncer.ini")], stdout=log, stderr=log, **_unprivileged(folder)
        )
    try:
        _wait_for(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _write_configuration(folder: Path, database_url: str, port: int) -> str:
    server = psycopg.conninfo.conninfo_to_dict(database_url)
    name, user, password = server["dbname"], server["user"], server["password"]
    (folder / "users").write_text(f'"{user}" "{password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"""
        [databases]
        {name} = host={server["host"]} port={server["port"]} dbname={name}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {folder / "users"}
        pool_mode = transaction
        default_pool_size = {SERVER_CONNECTIONS}
        max_client_conn = 500
        """
    )
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{name}"


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PgBouncer, as Postgres, refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text(errors="replace")) from None
            time.sleep(0.02)
        else:
            return


def test_a_session_and_a_burst_of_events_behind_a_transaction_pooler(
    pooler_url: str, settings: Settings, tmp_path: Path
) -> None:
    new_script()
    clip = tmp_path / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), clip)
    queues = [Queue.CONVERSATION, *(queue for queue in Queue if queue is not Queue.VIDEO)]
    with start_town(
        tmp_path, settings.change(database_url=pooler_url), queues=queues, prepare=[note_handling]
    ) as town:
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.postback("action=dish&slug=fried-rice")
        learner.wait_for_text("回目ですね", PATIENCE)
        town.agree(learner)
        session_id = town.session(learner).id
        learner.video(clip)
        for value, aspect in enumerate(RatingAspect, start=2):
            learner.postback(f"action=rate&session_id={session_id}&aspect={aspect}&value={value}")
        for _ in range(STICKERS):
            learner.sticker()
            town.call_handlers(times=2)
        learner.postback(f"action=skip_memo&session_id={session_id}")
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        town.wait_until(lambda: all(message.delivered_at for message in town.owed()), "all that is owed")
        town.wait_until(
            lambda: len(notes(tmp_path)) >= 2 * len(town.events()), "the end of the handling of every event"
        )
        session = town.session(learner)
        assert session.status == SessionStatus.TEXT_READY
        assert session.self_ratings == {aspect: value for value, aspect in enumerate(RatingAspect, start=2)}
        cards = [b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]
        assert len(cards) == 1
        replies = [b for b in learner.thread().from_bot if phrasebook.STICKER_RECEIVED in b.text]
        assert len(replies) == STICKERS
        _assert_took_turns(town)
        assert town.deaths == []


def _assert_took_turns(town: Town) -> None:
    """No handling begins while another is under way, and each event has one, in their order."""
    entries = notes(town.folder)
    assert [note.begins for note in entries] == [True, False] * len(town.events())
    assert [note.event for note in entries if note.begins] == [event.id for event in town.events()]
