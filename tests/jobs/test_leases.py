"""One owner at a time: claiming, renewing, settling and losing the lease of a row."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import col

from jobs.leases import (
    LONGEST_OUTAGE,
    LONGEST_PAUSE,
    Lease,
    LeaseLost,
    Leases,
    finish,
    free,
    make_due,
    park,
    try_again,
    wait,
    wait_out,
)
from models.base import database_now
from models.database import Database
from models.inbox import EventSource, InboxSubject

LONG = timedelta(minutes=1)
SHORT = timedelta(seconds=0.3)


@pytest.fixture
def leases(database: Database) -> Iterator[Leases]:
    with closing(Leases(database, LONG)) as leases:
        yield leases


@pytest.fixture
def row_id(database: Database) -> int:
    """A row that is due."""
    with database.transaction() as db:
        row = InboxSubject(source=EventSource.LINE, subject="U1")
        db.add(row)
        db.flush()
        make_due(db, InboxSubject, col(InboxSubject.id) == row.id)
        return row.id


def row_of(database: Database, row_id: int) -> InboxSubject:
    with database.transaction() as db:
        return db.get_one(InboxSubject, row_id)


def claim(leases: Leases, row_id: int) -> Lease | None:
    with leases.database.transaction() as db:
        return leases.claim(db, InboxSubject, row_id)


def claim_surely(leases: Leases, row_id: int) -> Lease:
    lease = claim(leases, row_id)
    assert lease is not None
    return lease


def test_what_is_due_is_claimed_by_one_alone(leases: Leases, row_id: int, database: Database) -> None:
    lease = claim_surely(leases, row_id)
    assert lease.attempt == 1
    assert claim(leases, row_id) is None
    row = row_of(database, row_id)
    assert row.lease_token == lease.token
    assert row.due_at is not None
    assert row.nudge_at is not None
    assert row.nudge_at > row.due_at


def test_what_is_stored_as_claimed_is_its_makers(leases: Leases, database: Database) -> None:
    with database.transaction() as db:
        lease = leases.begin(db, InboxSubject(source=EventSource.LINE, subject="U2"))
    assert lease.attempt == 1
    assert claim(leases, lease.row_id) is None
    with database.transaction() as db:
        finish(db, lease)
    row = row_of(database, lease.row_id)
    assert (row.attempts, row.lease_token, row.due_at) == (1, None, None)


def test_of_many_who_claim_at_once_one_succeeds(leases: Leases, row_id: int) -> None:
    start = threading.Barrier(8)
    claims: list[Lease | None] = []

    def run() -> None:
        start.wait()
        claims.append(claim(leases, row_id))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease is not None for lease in claims) == 1


def test_what_is_finished_owes_nothing(leases: Leases, row_id: int, database: Database) -> None:
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        finish(db, lease)
    row = row_of(database, row_id)
    assert (row.due_at, row.nudge_at, row.lease_token) == (None, None, None)
    assert claim(leases, row_id) is None


def test_what_is_to_be_tried_again_waits_out_its_pause(
    leases: Leases, row_id: int, database: Database
) -> None:
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        try_again(db, lease, "no luck", LONG)
    assert claim(leases, row_id) is None
    assert row_of(database, row_id).error == "no luck"
    _let_time_pass(database)
    assert claim_surely(leases, row_id).attempt == 2


def test_an_outage_costs_no_attempt_and_is_waited_out_longer_and_longer(
    leases: Leases, row_id: int, database: Database
) -> None:
    pauses = []
    for away in (None, timedelta(seconds=60), timedelta(minutes=30)):
        _be_away(database, row_id, away)
        lease = claim_surely(leases, row_id)
        with database.transaction() as db:
            pauses.append(wait_out(db, lease, "away", first=timedelta(seconds=2)))
    assert pauses[0] == timedelta(seconds=2)
    assert pauses[1] is not None
    assert timedelta(seconds=30) <= pauses[1] < timedelta(seconds=45)
    assert pauses[2] == LONGEST_PAUSE
    row = row_of(database, row_id)
    assert (row.attempts, row.error) == (0, "away")
    assert row.away_since is not None


def test_an_outage_that_lasts_too_long_is_for_the_caller_to_give_up(
    leases: Leases, row_id: int, database: Database
) -> None:
    _be_away(database, row_id, LONGEST_OUTAGE + timedelta(seconds=1))
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        assert wait_out(db, lease, "away", first=timedelta(seconds=2)) is None
        park(db, lease, "away")
    assert row_of(database, row_id).away_since is None


def _be_away(database: Database, row_id: int, away: timedelta | None) -> None:
    _let_time_pass(database)
    with database.transaction() as db:
        row = db.get_one(InboxSubject, row_id, with_for_update=True)
        row.away_since = database_now(db) - away if away else None


def test_work_whose_worker_died_again_and_again_is_suspect(
    leases: Leases, row_id: int, database: Database
) -> None:
    suspects = []
    for _ in range(4):
        suspects.append(claim_surely(leases, row_id).is_suspect)
        _let_time_pass(database)  # it dies without a word
    assert suspects == [False, False, True, True]


def test_work_that_told_of_its_failures_is_not_suspect(
    leases: Leases, row_id: int, database: Database
) -> None:
    for _ in range(4):
        lease = claim_surely(leases, row_id)
        assert not lease.is_suspect
        with database.transaction() as db:
            try_again(db, lease, "no luck", timedelta())
        _let_time_pass(database)


def test_a_process_that_stops_gives_back_its_own_work_uncounted(
    leases: Leases, row_id: int, database: Database
) -> None:
    claim_surely(leases, row_id)
    with closing(Leases(database, LONG)) as others:
        others.give_back()
        assert claim(others, row_id) is None
        leases.give_back()
        assert claim_surely(others, row_id).attempt == 1


def test_what_is_parked_waits_for_an_operator(leases: Leases, row_id: int, database: Database) -> None:
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        park(db, lease, "given up")
    row = row_of(database, row_id)
    assert row.parked_at is not None
    assert (row.due_at, row.nudge_at, row.error) == (None, None, "given up")
    with database.transaction() as db:
        free(db, InboxSubject, col(InboxSubject.id) == row_id)
    assert claim_surely(leases, row_id).attempt == 1


def test_waiting_for_something_else_than_time_costs_no_attempt(
    leases: Leases, row_id: int, database: Database
) -> None:
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        wait(db, lease)
    row = row_of(database, row_id)
    assert (row.due_at, row.attempts) == (None, 0)


def test_a_row_at_which_somebody_is_stays_theirs(leases: Leases, row_id: int, database: Database) -> None:
    lease = claim_surely(leases, row_id)
    with database.transaction() as db:
        make_due(db, InboxSubject, col(InboxSubject.id) == row_id)
    assert claim(leases, row_id) is None
    with database.transaction() as db:
        finish(db, lease)


def test_whoever_has_lost_the_lease_settles_nothing(leases: Leases, row_id: int, database: Database) -> None:
    lost = claim_surely(leases, row_id)
    _let_time_pass(database)
    mine = claim_surely(leases, row_id)
    assert mine.attempt == 2
    for settle in (finish, wait):
        with pytest.raises(LeaseLost), database.transaction() as db:
            settle(db, lost)
    with pytest.raises(LeaseLost), database.transaction() as db:
        try_again(db, lost, "late", LONG)
    assert row_of(database, row_id).lease_token == mine.token


def test_a_living_worker_keeps_its_lease_for_as_long_as_it_works(database: Database, row_id: int) -> None:
    with closing(Leases(database, SHORT)) as mine, closing(Leases(database, SHORT)) as other:
        lease = claim_surely(mine, row_id)
        first_end = row_of(database, row_id).due_at
        assert first_end is not None
        with mine.hold(lease):
            while row_of(database, row_id).due_at <= first_end + 2 * SHORT:  # type: ignore[operator]
                assert claim(other, row_id) is None
        with database.transaction() as db:
            finish(db, lease)


def test_a_dead_workers_row_is_free_after_one_lease(database: Database, row_id: int) -> None:
    with closing(Leases(database, SHORT)) as leases:
        claim_surely(leases, row_id)
        deadline = time.monotonic() + 20
        while (again := claim(leases, row_id)) is None:
            assert time.monotonic() < deadline
        assert again.attempt == 2


def test_work_that_died_beside_others_is_tried_alone_before_it_is_given_up(
    database: Database, row_id: int
) -> None:
    most = 3
    leases = Leases(database, LONG)
    with closing(leases):
        for _ in range(most - 1):  # fails of itself, and lives
            lease = claim_surely(leases, row_id)
            with database.transaction() as db:
                try_again(db, lease, "no luck", timedelta())
        claim_surely(leases, row_id)  # and dies
        _let_time_pass(database)
        alone = claim_surely(leases, row_id)
        assert (alone.attempt, alone.is_suspect, alone.is_spent(most)) == (most + 1, True, False)
        _let_time_pass(database)
        assert claim_surely(leases, row_id).is_spent(most)


def test_work_that_always_dies_has_no_more_tries_than_all_work(database: Database, row_id: int) -> None:
    with closing(Leases(database, LONG)) as leases:
        for _ in range(5):
            assert not claim_surely(leases, row_id).is_spent(5)
            _let_time_pass(database)
        assert claim_surely(leases, row_id).is_spent(5)


def test_a_suspect_whose_turn_comes_later_is_still_one_that_was_never_tried_alone(
    database: Database, row_id: int
) -> None:
    with closing(Leases(database, LONG)) as leases:
        for _ in range(2):
            claim_surely(leases, row_id)
            _let_time_pass(database)
        suspect = claim_surely(leases, row_id)
        other = Lease(InboxSubject, 0, uuid4(), 1)
        with leases.hold(other), pytest.raises(LeaseLost), leases.hold(suspect):
            pass
        leases.give_back()  # it is not this process's any more
        _let_time_pass(database)
        again = claim_surely(leases, row_id)
        assert (again.attempt, again.is_suspect, again.died_alone) == (3, True, False)


def test_a_database_that_is_away_for_a_moment_ends_no_heartbeat(
    database: Database, row_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Leases(database, SHORT)) as leases:
        lease = claim_surely(leases, row_id)
        with leases.hold(lease):
            _rename_table(database, "inbox_subject", "away")
            deadline = time.monotonic() + 20
            while "leases not renewed" not in caplog.text:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            _rename_table(database, "away", "inbox_subject")
            before = row_of(database, row_id).due_at
            while row_of(database, row_id).due_at == before:
                assert time.monotonic() < deadline


def test_a_row_that_is_locked_keeps_no_other_lease_from_being_renewed(
    database: Database, row_id: int
) -> None:
    """Nor can the heartbeat deadlock with who holds that lock and wants the other row's."""
    with database.transaction() as db:
        other = InboxSubject(source=EventSource.LINE, subject="U2")
        db.add(other)
        db.flush()
        make_due(db, InboxSubject, col(InboxSubject.id) == other.id)
    with closing(Leases(database, SHORT)) as leases, database.transaction() as db:
        first, second = claim_surely(leases, row_id), claim_surely(leases, other.id)
        first_end = row_of(database, other.id).due_at
        db.get_one(InboxSubject, row_id, with_for_update=True)
        with leases.hold(first), leases.hold(second):
            deadline = time.monotonic() + 5  # sooner than a lock is waited for in vain
            while row_of(database, other.id).due_at == first_end:
                assert time.monotonic() < deadline


def _let_time_pass(database: Database) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE inbox_subject SET due_at = now(), nudge_at = now()"))


def _rename_table(database: Database, name: str, new_name: str) -> None:
    with database.transaction() as db:
        db.execute(text(f"ALTER TABLE {name} RENAME TO {new_name}"))
