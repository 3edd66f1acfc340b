"""Finds rows whose work is due and wakes it again: what makes the queue a mere nudge.

A pass costs what is due, not what there is: each table has a partial index of the rows that owe work. A row that was
woken is left alone for a while, so that work which waits behind other work is not enqueued over and over.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Update, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as DbSession
from sqlmodel import col

from jobs.queue import Job, JobQueue, enqueue
from jobs.sign_of_life import SignOfLife
from logs.logger import get_logger
from models.chat import Message, Sender
from models.database import Database
from models.deletion import Deletion
from models.demonstration import Demonstration
from models.export import Export
from models.inbox import InboxSubject
from models.media import Media, MediaState
from models.menu import MenuLink
from models.session import CookingSession, StageRun
from models.upload import Upload

log = get_logger(__name__)

BATCH = 500
NUDGE_AGAIN = timedelta(seconds=30)  # after a nudge that nobody has followed

Call = tuple[Job, tuple[int | str, ...]]


@dataclass(frozen=True)
class Kind:
    """One table of rows that owe work, and which job a row's work is."""

    table: Any
    columns: tuple[Any, ...]
    call: Callable[[Any], Call]


KINDS = (
    Kind(InboxSubject, (), lambda row: (Job.HANDLE_EVENTS, (row.id,))),
    Kind(
        Message,
        (col(Message.sender),),
        lambda row: (Job.ANSWER if row.sender == Sender.USER else Job.DELIVER, (row.id,)),
    ),
    Kind(
        Media,
        (col(Media.state),),
        lambda row: (Job.FETCH_MEDIA if row.state == MediaState.OWED else Job.PURGE_MEDIA, (row.id,)),
    ),
    Kind(Upload, (), lambda row: (Job.SETTLE_UPLOAD, (row.id,))),
    Kind(Deletion, (), lambda row: (Job.DELETE_LEARNER, (row.id,))),
    Kind(MenuLink, (), lambda row: (Job.SHOW_MENU, (row.id,))),
    Kind(
        Demonstration,
        (col(Demonstration.sent_at),),
        lambda row: (Job.HEAR if row.sent_at is None else Job.SHOW, (row.id,)),
    ),
    Kind(Export, (), lambda row: (Job.EXPORT, (row.id,))),
    Kind(CookingSession, (), lambda row: (Job.SCHEDULE, (row.id,))),
    Kind(
        StageRun,
        (col(StageRun.job), col(StageRun.session_id), col(StageRun.stage)),
        lambda row: (Job(row.job), (row.session_id, row.stage)),
    ),
)


@dataclass(frozen=True)
class Reconciler:
    database: Database
    queue: JobQueue
    every: timedelta
    passes: SignOfLife = field(default_factory=SignOfLife)

    def run(self, stop: threading.Event) -> None:
        """A pass every so often until `stop` is set. A database that is away is waited for."""
        while not stop.is_set():
            self.pass_once()
            stop.wait(self.every.total_seconds())

    def pass_once(self) -> int:
        """Wakes all that is due; returns how many jobs were enqueued. What one kind stumbles over does not keep the
        others from theirs."""
        lost = self.queue.was_emptied()
        count = sum(self._wake(kind, lost=lost) for kind in KINDS)
        self.passes.note()
        return count

    def _wake(self, kind: Kind, *, lost: bool) -> int:
        count = 0
        try:
            if lost:
                with self.database.transaction() as db:
                    db.execute(forget_nudges(kind))
            while True:
                with self.database.transaction() as db:
                    rows = db.execute(take_due(kind)).all()
                    count += sum(_enqueue(db, kind, row) for row in rows)
                if len(rows) < BATCH:
                    return count
        except SQLAlchemyError:
            log.exception("pass failed", table=kind.table.__tablename__)
        return count


def take_due(kind: Kind) -> Update:
    """The next batch to be woken, longest due first, and no other process's."""
    table = kind.table
    due = (
        select(table.id)
        .where(table.nudge_at <= func.now())
        .order_by(table.nudge_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return (
        update(table)
        .where(table.id.in_(due))
        .values(nudge_at=func.now() + NUDGE_AGAIN)
        .returning(table.id, *kind.columns)
        .execution_options(synchronize_session=False)
    )


def forget_nudges(kind: Kind) -> Update:
    """All that may be taken now is woken anew: the broker no longer holds the nudges of before."""
    table = kind.table
    is_due = [table.nudge_at > func.now()]
    if hasattr(table, "due_at"):
        is_due.append(table.due_at <= func.now())
    # Waits for no row, as `take_due`: one that is locked is being worked on or made due, and is woken by that.
    rows = select(table.id).where(*is_due).with_for_update(skip_locked=True)
    forgetting = update(table).where(table.id.in_(rows)).values(nudge_at=func.now())
    return forgetting.execution_options(synchronize_session=False)


def _enqueue(db: DbSession, kind: Kind, row: Row[Any]) -> int:
    try:
        job, arguments = kind.call(row)
    except ValueError:  # work of another release: it is there for those who know it
        log.warning("no such job", table=kind.table.__tablename__, row_id=row.id)
        return 0
    enqueue(db, job, *arguments)
    return 1
