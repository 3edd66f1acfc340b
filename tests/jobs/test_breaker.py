"""A service that is down is found so by a few, known to all processes, tried by one at a time, and back at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, text
from sqlmodel import col, select, update
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from errors import MomentError
from jobs.breaker import FAILURES, FORGET_AFTER, PROBE_AGAIN, Breakers, ServiceDown
from models.database import Database
from models.media import Media
from models.outage import ServiceOutage
from moment.watch.rows import RowMetrics
from tests.jobs.test_reconciler import add_due_rows
from tests.moment.watch.scrape import scrape


class Away(MomentError):
    outage = True


class Refused(MomentError):
    """An answer, if not the one that was hoped for."""


@pytest.fixture
def here(database: Database) -> Breakers:
    return Breakers(database, known_seconds=0.0)


@pytest.fixture
def there(database: Database) -> Breakers:
    """Another process's."""
    return Breakers(database, known_seconds=0.0)


def call(
    breakers: Breakers,
    work: int,
    error: Exception | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> bool:
    """Whether the service was asked."""
    asked = False
    with bound_contextvars(session_id=work):
        try:
            with breakers.guard("oven"):
                asked = True
                meanwhile()
                if error is not None:
                    raise error
        except (Away, Refused, ServiceDown):
            pass
    return asked


def open_breaker(breakers: Breakers) -> None:
    for work in range(FAILURES):
        assert call(breakers, work, Away())


def let_pass(database: Database, time: timedelta) -> None:
    with database.transaction() as db:
        for name in ("failed_at", "opened_at", "probe_at"):
            column = getattr(ServiceOutage, name)
            db.execute(update(ServiceOutage).values({name: column - time}))


def test_what_some_found_down_nobody_asks(here: Breakers, there: Breakers) -> None:
    assert call(here, 1, Away())
    assert call(there, 2, Away())
    assert call(here, 3, Away())
    assert not call(here, 4)
    assert not call(there, 5)


def test_other_services_are_asked(here: Breakers) -> None:
    open_breaker(here)
    with here.guard("pan"):
        pass


def test_one_piece_of_work_that_fails_again_and_again_says_nothing_of_others(here: Breakers) -> None:
    for _ in range(FAILURES * 2):
        assert call(here, 1, Away())
    assert call(here, 2)


@pytest.mark.parametrize("answer", [None, Refused()])
def test_an_answer_in_between_counts(here: Breakers, answer: Exception | None) -> None:
    for work in range(FAILURES * 2):
        assert call(here, work, Away())
        assert call(here, work, answer)
    assert call(here, 99)


def test_failures_of_long_ago_do_not_count(here: Breakers, database: Database) -> None:
    for work in range(FAILURES * 2):
        assert call(here, work, Away())
        let_pass(database, FORGET_AFTER + timedelta(seconds=1))
    assert call(here, 99)


def test_one_at_a_time_finds_out_whether_it_is_back(
    here: Breakers, there: Breakers, database: Database
) -> None:
    open_breaker(here)
    let_pass(database, PROBE_AGAIN)
    meanwhile: list[bool] = []
    assert call(there, 7, Away(), lambda: meanwhile.append(call(here, 8)))
    assert meanwhile == [False]
    assert not call(here, 9)  # it has failed, and the next comes later
    let_pass(database, PROBE_AGAIN)
    assert call(here, 10)
    assert call(there, 11)
    assert call(here, 12)


def test_a_probe_that_died_is_followed_by_another(here: Breakers, database: Database) -> None:
    open_breaker(here)
    let_pass(database, PROBE_AGAIN)
    with pytest.raises(KeyboardInterrupt), here.guard("oven"):  # told nobody
        raise KeyboardInterrupt
    assert not call(here, 8)
    let_pass(database, timedelta(minutes=3))
    assert call(here, 9)


def test_what_waits_is_due_once_the_service_is_back(here: Breakers, database: Database) -> None:
    add_due_rows(database)
    later = func.now() + timedelta(minutes=12)
    with database.transaction() as db:
        waits = {"due_at": later, "nudge_at": later, "away_since": func.now()}
        first = db.exec(select(Media.id).order_by(col(Media.id))).first()
        db.execute(update(Media).values(due_at=later, nudge_at=later))
        db.execute(update(Media).where(col(Media.id) == first).values(**waits))
    open_breaker(here)
    let_pass(database, PROBE_AGAIN)
    assert call(here, 9)
    with database.transaction() as db:
        due = db.exec(select(Media.id).where(col(Media.due_at) <= func.now())).all()
    assert due == [first]


def test_one_line_tells_that_it_is_down_and_one_that_it_is_back(
    here: Breakers, there: Breakers, database: Database
) -> None:
    rows = RowMetrics(database, keep_seconds=0.0)
    with capture_logs() as lines:
        open_breaker(here)
        call(there, 8)
        assert scrape(rows).value("moment_service_down", service="oven") == 1
        let_pass(database, PROBE_AGAIN)
        call(there, 9, Away())
        let_pass(database, PROBE_AGAIN)
        call(there, 10)
        call(here, 11)
    told = [(line["event"], line["log_level"]) for line in lines]
    assert told == [("service down", "error"), ("service back", "warning")]
    assert scrape(rows).value("moment_service_down", service="oven") == 0


def test_without_its_rows_all_goes_through(here: Breakers, database: Database) -> None:
    open_breaker(here)
    with database.transaction() as db:
        db.execute(text("ALTER TABLE service_outage RENAME TO elsewhere"))
    assert call(here, 8)
    assert call(here, 9, Away())
