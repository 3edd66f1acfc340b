"""Waking what a session is ready for. Light to import: the stages themselves are run elsewhere."""

from sqlmodel import Session as DbSession
from sqlmodel import select

from models.base import utc_now
from models.database import transaction
from models.session import CookingSession, StageRun
from pipeline.endings import reopen
from pipeline.graph import Facts, StageName, memo_deadline, ready
from pipeline.queue import Job, enqueue
from settings import settings


def facts_of(db: DbSession, session: CookingSession) -> Facts:
    stage_runs = db.exec(select(StageRun).where(StageRun.session_id == session.id)).all()
    return Facts(
        session=session,
        finished={run.stage for run in stage_runs if run.finished_at},
        parked={run.stage for run in stage_runs if run.parked_at},
        now=utc_now(),
        memo_grace=settings().memo_grace,
    )


def takes_memo(db: DbSession, session: CookingSession) -> bool:
    """Until the coaching is being written, what the learner says still goes into it."""
    begun = select(StageRun.id).where(StageRun.session_id == session.id, StageRun.stage == StageName.RETRIEVE)
    return db.exec(begun).first() is None


def advance(db: DbSession, session: CookingSession) -> None:
    """Wakes every stage that is ready, after `db` commits. Waking one twice does no harm."""
    facts = facts_of(db, session)
    for stage in ready(facts):
        enqueue(db, stage.job, session.id or 0, stage.name)
    deadline = memo_deadline(facts)
    if facts.has(StageName.ANALYZE_VIDEO) and deadline is not None and deadline > facts.now:
        # The memo's grace ends without an event of its own.
        wait = (deadline - facts.now).total_seconds()
        enqueue(db, Job.RUN_STAGE, session.id or 0, StageName.RETRIEVE, delay_seconds=wait)


def retry(session_id: int) -> list[str]:
    """Frees what was given up and wakes it; returns the stages' names. Raises LookupError."""
    with transaction() as db:
        session = db.get(CookingSession, session_id, with_for_update=True)
        if session is None:
            raise LookupError(f"no session {session_id}")
        freed = reopen(db, session)
        advance(db, session)
    return freed


def wake(session_id: int) -> None:
    """Advances a session in a transaction of its own."""
    with transaction() as db:
        session = db.get(CookingSession, session_id)
        if session is not None:
            advance(db, session)
