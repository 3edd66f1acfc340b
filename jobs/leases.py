"""Work owed by a row, done by one process at a time: claim, heartbeat, try again, park. The only such mechanism.

A row is claimable from `due_at` on. Whoever claims it counts the attempt, leaves a token and moves `due_at` to the
end of the lease, which a thread renews while the work goes on; so only a dead process's lease runs out. What is
settled has no `due_at` and no place in the index that the reconciler reads.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    Update,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as DbSession
from sqlmodel import SQLModel, col

from errors import MomentError
from jobs.neighbours import Neighbours
from logs.logger import get_logger
from models.base import database_now
from models.chat import Message
from models.database import Database
from models.deletion import Deletion
from models.demonstration import Demonstration
from models.export import Export
from models.inbox import InboxSubject
from models.lease import LeaseColumns
from models.media import Media
from models.menu import MenuLink
from models.session import StageRun
from models.upload import Upload

log = get_logger(__name__)

# A fresh row's own nudge is on its way; what is later than this was lost.
NUDGE_SLACK = timedelta(seconds=2)

# How long an outage is waited out, each wait half as long as it has lasted.
LONGEST_OUTAGE = timedelta(hours=12)
LONGEST_PAUSE = timedelta(minutes=12)
# Work that ended its process so often is tried alone, so that it takes no innocent work along for ever.
TRIES_BESIDE_OTHERS = 2
COME_AGAIN = timedelta(seconds=2)

_TRUE = literal(value=True)

Row = type[LeaseColumns]
LEASED: Sequence[Row] = (
    InboxSubject,
    Message,
    Media,
    Upload,
    StageRun,
    Deletion,
    Export,
    MenuLink,
    Demonstration,
)


class LeaseLost(MomentError):
    """Somebody else has taken the work over, or it is no longer wanted: what was made of it is thrown away."""

    retryable = True


@dataclass(frozen=True)
class Lease:
    """One claim of one row. `attempt` counts from 1; `away` is how long what it needs has been away already. `is_orphan`:
    whoever was at it before has told nothing of its end, and has probably died; `died_alone`: with nothing beside it."""

    table: Row
    row_id: int
    token: UUID
    attempt: int
    away: timedelta = timedelta()
    is_orphan: bool = False
    died_alone: bool = False

    @property
    def is_suspect(self) -> bool:
        """It may well be what kills its process."""
        return self.is_orphan and self.attempt > TRIES_BESIDE_OTHERS

    def is_spent(self, most: int) -> bool:
        """So many tries have been made. Where the last died beside others, which may have been to blame, one is left."""
        return self.attempt > most and (self.died_alone or not self.is_suspect)

    def __str__(self) -> str:
        return f"{self.table.__tablename__} {self.row_id}"


@dataclass
class Leases:
    """Those that this process holds. Thread-safe; one a process, closed at its end."""

    database: Database
    duration: timedelta
    # The process was told to stop: who does one thing after the other stops between two of them, for `give_back`.
    stopping: threading.Event = field(default_factory=threading.Event)
    _process: bytes = field(default_factory=lambda: token_bytes(8))  # how its tokens begin
    _active: dict[UUID, Lease] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _neighbours: Neighbours = field(default_factory=Neighbours)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # Not by the first work that needs it: an interrupt that finds a thread being started ends the new one (CPython 3.11).
        self._heartbeat = threading.Thread(target=self._beat, name="leases", daemon=True)
        self._heartbeat.start()

    def claim(
        self,
        db: DbSession,
        table: Row,
        row_id: int,
        *conditions: ColumnElement[bool],
        early: bool = False,
        **values: Any,
    ) -> Lease | None:
        """The row's work for the caller, or None when it is not due, or a condition does not hold. `early`: also when it is
        not due yet, unless somebody is at it. `values` are stored with it."""
        token, alone = self._token(), self._token(alone=True)
        before = _claimable(table, row_id, *conditions, early=early)
        is_suspect = before.c.lease_token.is_not(None) & (before.c.attempts >= TRIES_BESIDE_OTHERS)
        statement = (
            update(table)
            .where(_id(table) == before.c.id)
            .values(
                attempts=col(table.attempts) + 1,
                lease_token=case((is_suspect, literal(alone)), else_=literal(token)),
                due_at=func.now() + self.duration,
                nudge_at=func.now() + self.duration + NUDGE_SLACK,
                **values,
            )
            .returning(
                col(table.attempts),
                func.now() - col(table.away_since),
                col(table.lease_token),
                before.c.lease_token,
            )
            .execution_options(synchronize_session=False)
        )
        row = db.execute(statement).first()
        if row is None:
            return None
        attempt, away, token, before_it = row
        return _lease(table, row_id, token, attempt, away, before_it)

    def begin(self, db: DbSession, row: LeaseColumns) -> Lease:
        """As `claim`, of a row that is not stored yet: it is stored as the caller's."""
        row.attempts, row.lease_token = 1, self._token()
        due_now(row, after=self.duration)
        db.add(row)
        db.flush()
        return Lease(type(row), _id(row), row.lease_token, attempt=1)

    def take(self, db: DbSession, row: LeaseColumns, row_id: int) -> Lease:
        """As `claim`, of a row that the caller has locked and found free: stored with what else changes of it."""
        now, before_it = database_now(db), row.lease_token
        row.attempts += 1
        row.lease_token = self._token(alone=before_it is not None and row.attempts > TRIES_BESIDE_OTHERS)
        row.due_at = now + self.duration
        row.nudge_at = row.due_at + NUDGE_SLACK
        away = now - row.away_since if row.away_since is not None else None
        return _lease(type(row), row_id, row.lease_token, row.attempts, away, before_it)

    def _token(self, *, alone: bool = False) -> UUID:
        """Tells whose it is, and in its last byte whether the work is to have nothing beside it."""
        return UUID(bytes=self._process + token_bytes(7) + bytes([alone]))

    @contextmanager
    def hold(self, lease: Lease) -> Iterator[None]:
        """Renews the lease while the block, which does its work, runs: beside others', or alone if it is suspect. Raises
        LeaseLost when that is not possible now: the row is put back, and the attempt is not counted. So it does in place
        of what the block raises once the row is deleted."""
        if not self._neighbours.enter(alone=lease.is_suspect):
            self._put_back(lease)
            raise LeaseLost(f"{lease}, whose turn comes later")
        try:
            with self.renew(lease), quiet_once_deleted(self.database, lease.table, lease.row_id):
                yield
        finally:
            self._neighbours.leave()

    def _put_back(self, lease: Lease) -> None:
        """A suspect is known by a token, which is nobody's now; it has not been tried alone."""
        token = UUID(bytes=token_bytes(15) + b"\0") if lease.is_suspect else None
        with self.database.transaction() as db:
            attempts = col(lease.table.attempts) - 1
            _change(db, lease, attempts=attempts, lease_token=token, **_due(COME_AGAIN))

    @contextmanager
    def renew(self, lease: Lease) -> Iterator[None]:
        """Renews the lease while the block runs."""
        with self._lock:
            self._active[lease.token] = lease
        try:
            yield
        finally:
            with self._lock:
                self._active.pop(lease.token, None)

    def give_back(self) -> None:
        """At the end of a process that was told to stop: what it had not finished others may take at once, and the
        attempt is not counted. Work that an interrupt ended has not told where it was, so the tokens are looked for."""
        first, last = (UUID(bytes=self._process + bits * 8) for bits in (b"\x00", b"\xff"))
        for table in LEASED:
            ours = col(table.nudge_at).is_not(None), col(table.lease_token).between(first, last)
            attempts = func.greatest(col(table.attempts) - 1, 0)
            values = {"attempts": attempts, "lease_token": None, "due_at": func.now(), "nudge_at": func.now()}
            try:
                with self.database.transaction() as db:
                    db.execute(update(table).where(*ours).values(**values))
            except SQLAlchemyError as error:  # they run out by themselves
                log.warning("leases not given back", exc_info=error)

    def close(self) -> None:
        self._stop.set()
        self._heartbeat.join()

    def _beat(self) -> None:
        while not self._stop.wait(self.duration.total_seconds() / 3):
            with self._lock:
                active = list(self._active.values())
            if not active:
                continue
            try:
                with self.database.transaction() as db:
                    for table in {lease.table for lease in active}:
                        of_table = [lease for lease in active if lease.table is table]
                        db.execute(_renew(table, of_table, self.duration))
            except Exception as error:
                log.warning("leases not renewed", count=len(active), exc_info=error)


def _claimable(table: Row, row_id: int, *conditions: ColumnElement[bool], early: bool) -> Subquery:
    """The row as it is before the claim, if it may be claimed."""
    is_free = col(table.due_at) <= func.now()
    if early:
        is_free |= col(table.lease_token).is_(None)
    columns = (_id(table).label("id"), *(getattr(table, name) for name in ("lease_token", "attempts")))
    which = _id(table) == row_id, col(table.parked_at).is_(None), is_free, *conditions
    return select(*columns).where(*which).with_for_update().subquery("before")


def _lease(
    table: Row, row_id: int, token: UUID, attempt: int, away: timedelta | None, before_it: UUID | None
) -> Lease:
    died_alone = before_it is not None and before_it.bytes[-1] == 1
    return Lease(table, row_id, token, attempt, away or timedelta(), before_it is not None, died_alone)


def is_deleted(database: Database, table: type[SQLModel], row_id: int) -> bool:
    """Whether the row is gone, as all of a learner's are who leaves. False where that can't be told now."""
    try:
        with database.transaction() as db:
            return db.execute(select(_id(table)).where(_id(table) == row_id)).first() is None
    except SQLAlchemyError:
        return False


@contextmanager
def quiet_once_deleted(database: Database, table: Row, row_id: int) -> Iterator[None]:
    """Raises LeaseLost in place of whatever the block stumbles over because the row was deleted meanwhile."""
    try:
        yield
    except LeaseLost:
        raise
    except Exception as error:
        if not is_deleted(database, table, row_id):
            raise
        raise LeaseLost(f"{table.__tablename__} {row_id}, which is deleted") from error


def finish(db: DbSession, lease: Lease, **values: Any) -> None:
    """Nothing is owed any more; in the transaction that stores what the work has made. Raises LeaseLost."""
    _settle(db, lease, error="", away_since=None, due_at=None, nudge_at=None, **values)


def finish_if(
    db: DbSession,
    lease: Lease,
    condition: ColumnElement[bool],
    asked: ColumnElement[Any] = _TRUE,
    **values: Any,
) -> Any:
    """As `finish`, and returns what is asked of the row; unless it says otherwise: then it stays the caller's, and None is
    returned. Raises LeaseLost."""
    settled = {"lease_token": None, "error": "", "away_since": None, "due_at": None, "nudge_at": None}
    row = db.execute(_changing(lease, condition, **settled, **values).returning(asked)).first()
    if row is not None:
        return row[0]
    if not _change(db, lease, lease_token=lease.token):
        raise LeaseLost(str(lease))
    return None


def try_again(db: DbSession, lease: Lease, error: str, pause: timedelta, **values: Any) -> None:
    """The row is free again after the pause. Raises LeaseLost."""
    _settle(db, lease, error=error, away_since=None, **_due(pause), **values)


def wait_out(
    db: DbSession,
    lease: Lease,
    error: str,
    *,
    first: timedelta,
    share: float = 0.5,
    longest: timedelta = LONGEST_PAUSE,
    **values: Any,
) -> timedelta | None:
    """What the work needs is away: the attempt is not counted, and the row is free again after a pause that grows by
    `share` of the time it has been away, up to `longest`. None when that is too long already: the caller gives up. Raises LeaseLost."""
    if lease.away > LONGEST_OUTAGE:
        return None
    pause = min(max(first, lease.away * share), longest)
    since = func.coalesce(col(lease.table.away_since), func.now())
    attempts = col(lease.table.attempts) - 1
    _settle(db, lease, error=error, attempts=attempts, away_since=since, **_due(pause), **values)
    return pause


def park(db: DbSession, lease: Lease, error: str, **values: Any) -> None:
    """Given up until an operator frees it. Raises LeaseLost."""
    settled = {"due_at": None, "nudge_at": None, "away_since": None, "parked_at": func.now()}
    _settle(db, lease, error=error, **settled, **values)


def wait(db: DbSession, lease: Lease, **values: Any) -> None:
    """The work waits for something else than time, and the attempt is not counted. Whatever it waits for calls
    `make_due`. Raises LeaseLost."""
    attempts = col(lease.table.attempts) - 1
    _settle(db, lease, due_at=None, nudge_at=None, attempts=attempts, **values)


def make_due(db: DbSession, table: Row, *which: ColumnElement[bool], **values: Any) -> None:
    """The rows' work may be taken at once, unless somebody is at it. The caller enqueues the job."""
    is_taken = col(table.lease_token).is_not(None) & (col(table.due_at) > func.now())
    statement = update(table).where(*which, ~is_taken).values(**_due(timedelta()), **values)
    db.execute(statement.execution_options(synchronize_session=False))


def free(db: DbSession, table: Row, *which: ColumnElement[bool], **values: Any) -> None:
    """Parked rows get their attempts back, and their work may be taken at once."""
    statement = (
        update(table)
        .where(*which, col(table.parked_at).is_not(None))
        .values(
            parked_at=None,
            attempts=0,
            lease_token=None,
            away_since=None,
            error="",
            **_due(timedelta()),
            **values,
        )
    )
    db.execute(statement.execution_options(synchronize_session=False))


def begin_anew(db: DbSession, table: Row, *which: ColumnElement[bool], **values: Any) -> None:
    """As if nobody had been at the rows' work yet: nothing is owed until it is made due again. Whoever is at it finds the
    lease lost."""
    settled = {"due_at": None, "nudge_at": None, "away_since": None, "parked_at": None, "lease_token": None}
    statement = update(table).where(*which).values(**settled, attempts=0, error="", **values)
    db.execute(statement.execution_options(synchronize_session=False))


def active(table: Row, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    """At how many of these rows somebody is, asked within another statement."""
    taken = col(table.lease_token).is_not(None), col(table.due_at) > func.now()
    count = select(func.count()).select_from(table).where(*which, *taken)
    return count.correlate(None).scalar_subquery()


def count_active(db: DbSession, table: Row, *which: ColumnElement[bool]) -> int:
    count: int = db.execute(select(active(table, *which))).scalar_one()
    return count


def due_now(row: LeaseColumns, after: timedelta = timedelta()) -> None:
    """For a row that is not stored yet: its work may be taken as soon as it is, or `after` that."""
    for name, value in _due(after).items():
        setattr(row, name, value)


def _due(pause: timedelta) -> dict[str, Any]:
    return {"due_at": func.now() + pause, "nudge_at": func.now() + pause + NUDGE_SLACK}


def _renew(table: Row, active: Sequence[Lease], duration: timedelta) -> Update:
    """Waits for no row: whoever stores what one stage made locks the row of the next too, and while each waited for
    the other neither would go on. A row that is locked is being settled, or gets its turn at the next beat."""
    rows = _id(table).in_([lease.row_id for lease in active])
    is_ours = col(table.lease_token).in_([lease.token for lease in active])
    free_rows = select(_id(table)).where(rows, is_ours).with_for_update(skip_locked=True)
    renewal = update(table).where(_id(table).in_(free_rows), is_ours).values(**_due(duration))
    return renewal.execution_options(synchronize_session=False)


def _settle(db: DbSession, lease: Lease, **values: Any) -> None:
    if not _change(db, lease, lease_token=None, **values):
        raise LeaseLost(str(lease))


def _change(db: DbSession, lease: Lease, **values: Any) -> bool:
    return db.execute(_changing(lease, **values).returning(_TRUE)).first() is not None


def _changing(lease: Lease, *conditions: ColumnElement[bool], **values: Any) -> Update:
    mine = _id(lease.table) == lease.row_id, col(lease.table.lease_token) == lease.token, *conditions
    statement = update(lease.table).where(*mine).values(**values)
    return statement.execution_options(synchronize_session=False)


def _id(table: type[SQLModel] | SQLModel) -> Any:
    """The column, or a row's own."""
    return table.id  # type: ignore[union-attr]
