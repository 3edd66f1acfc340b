"""What rows tell: how much is owed and parked, and how long each thing took; at a cost that follows what is due."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, text
from sqlmodel import update

from benchmarks.backlog import fill
from knowledge_base.intents.kinds import Intent
from models.base import utc_now
from models.chat import Message
from models.database import Database
from models.flag import CoachFlag
from models.media import Media
from models.session import StageName, StageRun
from moment.watch.durations import DELIVERED_COACHING, FINISHED_STAGES, STAGES
from moment.watch.rows import RowMetrics
from services.flags import flag_for_coaches
from services.owed_work import KINDS, Kind, due_rows, parked_rows
from services.profile import take_in
from tests.conftest import own_database
from tests.jobs.test_reconciler import add_due_rows
from tests.moment.watch.scrape import scrape
from tests.system import listening

AGE = timedelta(minutes=2)


@pytest.fixture
def rows(database: Database) -> RowMetrics:
    return RowMetrics(database, keep_seconds=0.0)


def test_work_that_is_due_is_counted_by_its_kind_with_the_oldest_ones_age(
    database: Database, rows: RowMetrics
) -> None:
    add_due_rows(database)
    with database.transaction() as db:
        db.execute(update(StageRun).values(due_at=func.now() - AGE, nudge_at=func.now() - AGE))
    told = scrape(rows)
    counts = {kind.name: told.value("moment_owed_rows", kind=kind.name) for kind in KINDS}
    assert counts == {
        "inbox_subject": 1,
        "message": 1,
        "question": 1,
        "media": 2,
        "upload": 0,
        "deletion": 1,
        "menu_link": 1,
        "export": 1,
        "demonstration": 2,
        "stage": 1,
        "session": 1,
    }
    assert told.value("moment_owed_age_seconds", kind="stage") == pytest.approx(120, abs=60)
    assert told.value("moment_owed_age_seconds", kind="media") < 60


def test_work_that_somebody_is_at_is_not_due(database: Database, rows: RowMetrics) -> None:
    add_due_rows(database)
    with database.transaction() as db:
        db.execute(update(StageRun).values(due_at=func.now() + AGE, nudge_at=func.now() + AGE))
    told = scrape(rows)
    assert told.value("moment_owed_rows", kind="stage") == 0
    assert told.value("moment_owed_age_seconds", kind="stage") == 0


def test_what_was_given_up_is_counted_until_it_is_freed(database: Database, rows: RowMetrics) -> None:
    add_due_rows(database)
    with database.transaction() as db:
        db.execute(update(Media).values(due_at=None, nudge_at=None, parked_at=func.now()))
    assert scrape(rows).value("moment_parked_rows", kind="media") == 2
    with database.transaction() as db:
        db.execute(update(Media).values(due_at=func.now(), nudge_at=func.now(), parked_at=None))
    assert scrape(rows).value("moment_parked_rows", kind="media") == 0


def test_flags_are_told_for_an_hour_whoever_raised_them(database: Database, rows: RowMetrics) -> None:
    with database.transaction() as db:
        user = take_in(db, "U-burnt", "ゆうこ")
        for _ in range(2):
            flag_for_coaches(db, user.id, Intent.BURN, message_id=None, session_id=None)
    told = scrape(rows)
    assert told.value("moment_recent_flags", kind=Intent.BURN) == 2
    assert told.value("moment_recent_flags", kind=Intent.FIRE) == 0
    with database.transaction() as db:
        db.execute(update(CoachFlag).values(created_at=func.now() - timedelta(minutes=61)))
    assert scrape(rows).value("moment_recent_flags", kind=Intent.BURN) == 0


def finish_stage(database: Database, finished_at: datetime | None = None) -> None:
    """It took five seconds."""
    end = finished_at or func.now()
    with database.transaction() as db:
        db.execute(
            update(StageRun).values(
                stage=StageName.NARRATE,
                started_at=end - timedelta(seconds=5),
                finished_at=end,
                usage={"provider": "quick"},
            )
        )


def test_a_stage_is_counted_once_with_its_seconds(database: Database, rows: RowMetrics) -> None:
    add_due_rows(database)
    rows.collect()
    finish_stage(database)
    for _ in range(3):
        told = scrape(rows)
    labels = {"stage": "narrate", "provider": "quick"}
    assert told.value("moment_stage_seconds_count", **labels) == 1
    assert told.value("moment_stage_seconds_sum", **labels) == pytest.approx(5)


def test_a_stage_whose_commit_came_late_is_counted_too(database: Database, rows: RowMetrics) -> None:
    """Its time is that of its transaction's start, before a scrape that could not see it."""
    add_due_rows(database)
    rows.collect()
    with database.transaction() as db:
        before = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    rows.collect()
    finish_stage(database, before)
    assert scrape(rows).value("moment_stage_seconds_count", stage="narrate") == 1


def test_what_had_finished_before_is_not_counted(database: Database, rows: RowMetrics) -> None:
    add_due_rows(database)
    finish_stage(database)
    assert scrape(rows).value("moment_stage_seconds_count", stage="narrate") == 0


@pytest.mark.parametrize(("kind", "part"), [("coaching_ready", "text"), ("coaching_video", "video")])
def test_learners_wait_from_their_video_to_what_they_get(
    database: Database, rows: RowMetrics, kind: str, part: str
) -> None:
    add_due_rows(database)
    rows.collect()
    with database.transaction() as db:
        session_id = db.execute(text("SELECT id FROM session")).scalar_one()
        db.execute(update(Media).values(session_id=session_id, received_at=func.now() - AGE))
        notice = update(Message).where(Message.sender == "system")  # type: ignore[arg-type]
        db.execute(notice.values(kind=kind, session_id=session_id, delivered_at=func.now()))
    told = scrape(rows)
    assert told.value("moment_coaching_seconds_count", part=part) == 1
    assert told.value("moment_coaching_seconds_sum", part=part) == pytest.approx(120)


def test_scrapes_in_quick_succession_read_once(database: Database) -> None:
    rows = RowMetrics(database, keep_seconds=3600.0)
    assert scrape(rows).value("moment_owed_rows", kind="media") == 0
    add_due_rows(database)
    assert scrape(rows).value("moment_owed_rows", kind="media") == 0


def test_a_database_that_is_away_is_told_and_what_is_owed_is_not(database: Database) -> None:
    with listening() as nobody:
        port = nobody.getsockname()[1]
    with closing(Database(f"postgresql://nobody@127.0.0.1:{port}/none")) as away:
        told = scrape(RowMetrics(away))
    assert told.value("moment_rows_readable") == 0
    assert "moment_owed_rows" not in told.names
    assert scrape(RowMetrics(database)).value("moment_rows_readable") == 1


@pytest.fixture(scope="module")
def backlog(postgres_url: str) -> Iterator[Database]:
    """Many settled rows, and some at work."""
    with own_database(postgres_url) as url, closing(Database(url)) as database:
        fill(database, settled=100_000, at_work=500)
        yield database


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_scrape_reads_settled_rows(backlog: Database, kind: Kind) -> None:
    statements = [due_rows(kind), *([parked_rows(kind)] if kind.parks else [])]
    with backlog.engine.connect() as connection:
        for statement in statements:
            compiled = statement.compile(backlog.engine)
            plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars()
            assert "Seq Scan" not in "\n".join(plan)


def test_no_scrape_reads_what_was_counted_long_ago(backlog: Database) -> None:
    since = {"since": utc_now()}
    with backlog.engine.connect() as connection:
        for statement, values in (
            (FINISHED_STAGES, {**since, "stages": STAGES}),
            (DELIVERED_COACHING, since),
        ):
            plan = "\n".join(connection.execute(text(f"EXPLAIN {statement}"), values).scalars())
            assert "Seq Scan" not in plan, plan
