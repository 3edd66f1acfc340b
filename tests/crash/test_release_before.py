"""The release before coaches on while this one's migrations go up and down beneath it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from desk.embedded import free_port
from desk.stack import wait_for
from migrations.migrate import downgrade, upgrade
from models.database import Database
from settings import Settings
from simulator.line.client import Learner
from tests.crash.town import PATIENCE, Town, start_town
from tests.models.release_before import check_out, run_of
from tests.models.test_release_before import RELEASE, with_history

NOTHING_OF_OURS: dict[str, Any] = {"queues": (), "reconciler": False, "web": False}
LEASE = timedelta(seconds=PATIENCE)  # nobody dies: each stage is done by its first try
SCRIPT = Path(__file__).with_name("processes_of_release.py")


@contextmanager
def running_release_before(town: Town, folder: Path) -> Iterator[None]:
    """Its own code, in processes of its own; what they say is in `old.log`."""
    check_out(RELEASE.commit, folder)
    port = town.stack.web_url.rpartition(":")[2]
    with (town.folder / "old.log").open("wb") as log:
        environment = town.settings.environment()
        process = run_of(
            folder, str(SCRIPT), port, environment=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"{town.stack.web_url}/readyz", town.launcher)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def tap_offered(learner: Learner, data: str) -> None:
    """The button that sends this, once it is there. What that release calls it is its own."""
    learner.wait_for(
        lambda thread: any(data in str(a.get("data")) for a in thread.tappable()), PATIENCE, what=data
    )
    learner.postback(data)


def cook(learner: Learner, clip: Path, memo: Path) -> None:
    learner.follow()
    tap_offered(learner, "action=dish&slug=fried-rice")
    learner.video(clip)
    tap_offered(learner, "action=agree")
    learner.audio(memo)


def count(connection: Connection, rows: str) -> int:
    """By names that both schemas have; our models know the newer one alone."""
    number: int = connection.execute(text(f"SELECT count(*) FROM {rows}")).scalar_one()  # noqa: S608
    connection.rollback()
    return number


@with_history
def test_the_release_before_coaches_on_while_migrations_go_up_and_down(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path, database: Database
) -> None:
    town_folder, code = tmp_path / "town", tmp_path / "code"
    for folder in (town_folder, code):
        folder.mkdir()
    with (
        database.engine.connect() as connection,
        start_town(town_folder, settings, **NOTHING_OF_OURS, web_port=free_port(), lease=LEASE) as town,
    ):
        downgrade(connection, RELEASE.revision)
        with running_release_before(town, code):
            learners = [town.desk.learner(name) for name in ("ゆうこ", "けん", "はな")]

            def wait_for_completed(number: int) -> None:
                done = "session WHERE status = 'completed'"
                town.wait_until(lambda: count(connection, done) == number, f"{number} sessions' end")

            cook(learners[0], clip, memo)
            town.wait_until(lambda: count(connection, "stage_run"), "a session under way")
            upgrade(connection)  # beneath it
            wait_for_completed(1)
            cook(learners[1], clip, memo)
            wait_for_completed(2)
            downgrade(connection, RELEASE.revision)
            cook(learners[2], clip, memo)
            wait_for_completed(3)
            for learner in learners:
                learner.wait_for(lambda thread: thread.of_type("video"), PATIENCE, what="the coaching video")
                assert len(learner.thread().of_type("video")) == 1
            failures = "stage_run WHERE attempts > 1", "inbox_event WHERE outcome IN ('failed', 'unhandled')"
            assert [count(connection, rows) for rows in failures] == [0, 0]
            assert {crossing.status for crossing in town.desk.log(direction="LINE→bot")} == {200}
        upgrade(connection)
    assert " ended with " not in (town_folder / "old.log").read_text()
