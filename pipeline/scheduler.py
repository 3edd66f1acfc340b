"""From what a session has to what may run now: the stages that are ready become rows that are due.

Deciding is the graph's; a row only remembers the decision, and is checked again when it is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, text
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs import leases
from jobs.queue import Job, enqueue
from models.database import Database
from models.session import CookingSession, StageName, StageRun
from pipeline.graph import STAGE, Facts, Stage, memo_deadline, ready
from services.scheduling import write_status


@dataclass(frozen=True)
class DueStage:
    """One that has just become due; nobody is woken for it yet."""

    stage: Stage
    run_id: int

    def enqueue(self, db: DbSession, session: CookingSession) -> None:
        enqueue(db, self.stage.job, session.id, self.stage.name)


@dataclass(frozen=True)
class Scheduler:
    database: Database
    memo_grace: timedelta

    def run(self, session_id: int) -> None:
        """The job: something about the session has changed, or the memo's grace is over."""
        with self.database.transaction() as db:
            session = db.get(CookingSession, session_id, with_for_update=True)
            if session is not None:
                self.wake(db, session)

    def wake(self, db: DbSession, session: CookingSession) -> None:
        """Makes due what is ready, and wakes it after commit. `session` is locked."""
        for due in self.schedule(db, session):
            due.enqueue(db, session)

    def schedule(self, db: DbSession, session: CookingSession) -> list[DueStage]:
        """Makes due what is ready and was not; the caller wakes it. `session` is locked."""
        facts = self.facts_of(db, session)
        write_status(session, facts.parked)
        self._look_again_later(db, session, facts)
        return _make_due(db, session, ready(facts))

    def facts_of(self, db: DbSession, session: CookingSession) -> Facts:
        # From the session, so that there is a row where there is no run yet.
        statement = (
            select(func.now(), StageRun)
            .select_from(CookingSession)
            .outerjoin(StageRun, col(StageRun.session_id) == CookingSession.id)
            .where(CookingSession.id == session.id)
        )
        with db.no_autoflush:  # what is still to be stored of the session goes in one statement at the end
            rows = db.exec(statement).all()
        runs = [run for _, run in rows if run is not None]
        return Facts(
            session=session,
            finished={run.stage for run in runs if run.finished_at},
            parked={run.stage for run in runs if run.parked_at},
            now=rows[0][0],
            memo_grace=self.memo_grace,
        )

    def _look_again_later(self, db: DbSession, session: CookingSession, facts: Facts) -> None:
        """The memo's grace ends without an event of its own."""
        session.nudge_at = None
        deadline = memo_deadline(facts)
        waits = facts.has(StageName.ANALYZE_VIDEO) and not facts.has(StageName.RETRIEVE)
        if waits and deadline is not None and deadline > facts.now:
            session.nudge_at = deadline + leases.NUDGE_SLACK
            wait = (deadline - facts.now).total_seconds()
            enqueue(db, Job.SCHEDULE, session.id, delay_seconds=wait)
        db.add(session)


# A row that is there already is made due only where nothing is owed on it: at work, waiting for its next try,
# finished or parked it stays as it is.
_MAKE_DUE = text(
    """
    INSERT INTO stage_run AS run (session_id, stage, job, due_at, nudge_at)
    SELECT :session_id, stage, job, now(), now() + :slack
      FROM unnest(CAST(:stages AS varchar[]), CAST(:jobs AS varchar[])) AS wanted(stage, job)
    ON CONFLICT (session_id, stage) DO UPDATE SET due_at = excluded.due_at, nudge_at = excluded.nudge_at
     WHERE run.due_at IS NULL AND run.finished_at IS NULL AND run.parked_at IS NULL
    RETURNING id, stage
    """
)


def _make_due(db: DbSession, session: CookingSession, stages: Sequence[Stage]) -> list[DueStage]:
    if not stages:
        return []
    values = {
        "session_id": session.id,
        "stages": [stage.name.value for stage in stages],
        "jobs": [stage.job.value for stage in stages],
        "slack": leases.NUDGE_SLACK,
    }
    return [DueStage(STAGE[StageName(row.stage)], row.id) for row in db.execute(_MAKE_DUE, values)]


def let_rest(db: DbSession, session_id: int, stage: Stage) -> None:
    """The row is not ready after all: nothing is owed on it until it is made due again."""
    run = db.exec(
        select(StageRun).where(
            StageRun.session_id == session_id, StageRun.stage == stage.name, StageRun.due_at <= func.now()
        )
    ).first()
    if run is not None:
        run.due_at, run.nudge_at = None, None
        db.add(run)
