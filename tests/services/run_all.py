"""Everything that is owed but sending, run in this thread until nothing is: a session without LINE and without queues."""

from typing import TypeVar

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.leases import NUDGE_SLACK
from models.chat import Message, Sender
from models.media import Media
from models.session import CookingSession, StageRun
from moment.resources import Resources

Row = TypeVar("Row", Media, CookingSession, StageRun, Message)


def run_all(resources: Resources) -> None:
    while _run_one(resources):
        pass


def _run_one(resources: Resources) -> bool:
    with resources.database.transaction() as db:
        media, session = _first(db, Media), _first(db, CookingSession)
        run, question = _first(db, StageRun), _first(db, Message)
    if media is not None:
        resources.intake.work(media.id)
    elif session is not None:
        resources.scheduler.run(session.id)
    elif run is not None:
        resources.runner.run(run.session_id, run.stage)
    elif question is not None:
        resources.answers.answer(question.id)
    return any(row is not None for row in (media, session, run, question))


def _first(db: DbSession, table: type[Row]) -> Row | None:
    # A row's own nudge is on its way for a moment; what is later waits for a time.
    statement = select(table).where(col(table.nudge_at) <= func.now() + NUDGE_SLACK)
    if table is Message:
        statement = statement.where(Message.sender == Sender.USER)
    return db.exec(statement.limit(1)).first()
