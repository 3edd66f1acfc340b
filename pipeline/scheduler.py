"""From what a session has to what may run now: the stages that are ready become rows that are due.

Deciding is the graph's; a row only remembers the decision, and is checked again when it is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, text
from sqlalchemy.orm import joinedload
from sqlmodel import Session as DbSession
from sqlmodel import select

from jobs import leases
from jobs.queue import Job, enqueue
from models.base import note_now
from models.database import Database
from models.session import CookingSession, StageName, StageRun
from pipeline.graph import STAGE, Facts, Stage, memo_deadline, ready
from services.films import first_to_show
from services.scheduling import write_status

# What stages are given of a session besides its own columns.
_PARTS: Sequence[Any] = (
    CookingSession.media,
    CookingSession.runs,
    CookingSession.user,
    CookingSession.dish,
)


@dataclass(frozen=True)
class Scheduler:
    database: Database
    memo_grace: timedelta

    def run(self, session_id: int) -> None:
        """The job: something about the session has changed, or the memo's grace is over."""
        with self.database.transaction() as db:
            facts = self.lock(db, session_id)
            if facts is not None:
                self.wake(db, facts)

    def wake(self, db: DbSession, facts: Facts) -> None:
        """Makes due what is ready, and wakes it after commit. The session is locked."""
        self.make_due(db, facts.session, self.look(db, facts))

    def look(self, db: DbSession, facts: Facts) -> list[Stage]:
        """Writes the session's status; returns what is ready and neither due nor at work. The session is locked."""
        write_status(facts.session, facts.parked)
        self._look_again_later(db, facts)
        owed = {run.stage for run in facts.session.runs if run.due_at is not None}
        return [stage for stage in ready(facts) if stage.name not in owed]

    def make_due(self, db: DbSession, session: CookingSession, stages: Sequence[Stage]) -> None:
        """And wakes them after commit. The session is locked."""
        if not stages:
            return
        values = {
            "session_id": session.id,
            "stages": [stage.name.value for stage in stages],
            "jobs": [stage.job.value for stage in stages],
            "slack": leases.NUDGE_SLACK,
        }
        for name in db.execute(_MAKE_DUE, values).scalars():
            enqueue(db, STAGE[StageName(name)].job, session.id, name)

    def lock(self, db: DbSession, session_id: int | ScalarSelect[int | None]) -> Facts | None:
        """The session, nobody else's until the transaction ends, with all that its stages rest on; None when it is
        gone. First in a transaction: what was changed before and is not stored would be lost."""
        # The lock by itself: a statement sees what it reads besides the locked row as that was before it waited.
        locked = select(CookingSession.id).where(CookingSession.id == session_id).with_for_update()
        its_id = db.exec(locked).first()
        return self._facts(db, its_id, populate_existing=True) if its_id is not None else None

    def facts_of(self, db: DbSession, session: CookingSession) -> Facts:
        """Of a session that the caller has read, and perhaps changed."""
        with db.no_autoflush:  # what is still to be stored of the session goes in one statement at the end
            return self._facts(db, session.id, populate_existing=False)

    def _facts(self, db: DbSession, session_id: int, *, populate_existing: bool) -> Facts:
        """In one statement."""
        with_all = [joinedload(each) for each in _PARTS]
        statement = (
            select(func.now(), CookingSession).where(CookingSession.id == session_id).options(*with_all)
        )
        rows = db.execute(statement.execution_options(populate_existing=populate_existing))
        now, session = rows.unique().one()
        note_now(db, now)
        first_attempt = first_to_show(db, session)
        return Facts(
            session=session,
            finished={run.stage for run in session.runs if run.finished_at},
            parked={run.stage for run in session.runs if run.parked_at},
            now=now,
            memo_grace=self.memo_grace,
            first_attempt=first_attempt,
        )

    def _look_again_later(self, db: DbSession, facts: Facts) -> None:
        """The memo's grace ends without an event of its own."""
        session = facts.session
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
    RETURNING stage
    """
)


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
