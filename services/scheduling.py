"""Waking a session: something it waits for has come. Which stages may run now, the pipeline decides."""

from collections.abc import Collection

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs import leases
from jobs.queue import Job, enqueue
from models.rules.status import session_status
from models.session import CookingSession, StageRun


def wake(db: DbSession, session: CookingSession) -> None:
    """The scheduler looks at the session after commit; what its status says is true at once."""
    write_status(session, parked_stages(db, session))
    session.nudge_at = func.now() + leases.NUDGE_SLACK  # type: ignore[assignment]
    db.add(session)
    db.flush()
    enqueue(db, Job.SCHEDULE, session.id)


def write_status(session: CookingSession, parked: Collection[str]) -> None:
    """The one place that writes it."""
    session.status = session_status(session, parked)


def parked_stages(db: DbSession, session: CookingSession) -> Collection[str]:
    """The names of those that were given up."""
    statement = select(StageRun.stage).where(
        StageRun.session_id == session.id, col(StageRun.parked_at).is_not(None)
    )
    return db.exec(statement).all()
