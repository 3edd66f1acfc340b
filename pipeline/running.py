"""Running stages: claim, work, store what they yield and what becomes of those that fail."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session as DbSession

from models.base import utc_now
from models.database import transaction
from models.session import CookingSession
from pipeline import runs
from pipeline.advance import advance, facts_of
from pipeline.endings import give_up, reject_memo, reject_video
from pipeline.graph import STAGE, Stage, StageName, ready
from pipeline.queue import enqueue
from pipeline.stages import RUN
from pipeline.work import MemoRejected, VideoRejected, Yielded, load_work

log = logging.getLogger(__name__)


def run_stages(session_id: int, stage_name: str) -> None:
    """Runs the stage, then those it made ready on the same queue, without another hop through it."""
    current: Stage | None = STAGE[StageName(stage_name)]
    while current is not None:
        current = _run_one(session_id, current)


def _run_one(session_id: int, stage: Stage) -> Stage | None:
    """Runs one stage if it is ready and free; returns the next for this runner."""
    if not _is_ready(session_id, stage):
        return None
    held = runs.claim(session_id, stage.name)
    if held is None:
        return None
    try:
        with TemporaryDirectory(prefix="moment-") as folder:
            return _work(held, stage, Path(folder))
    except runs.LeaseLost as error:
        log.warning("stage %s: %s", stage.name, error)
    except VideoRejected as rejection:
        _settle(held, rejection)
    except MemoRejected as rejection:
        _settle(held, rejection)
    except Exception as error:
        # The border of the pipeline: whatever a stage died of is kept on its row and tried again.
        log.exception("stage %s of session %s failed in attempt %s", stage.name, session_id, held.attempt)
        _retry_or_give_up(held, stage, error)
    return None


def _is_ready(session_id: int, stage: Stage) -> bool:
    with transaction() as db:
        session = db.get(CookingSession, session_id)
        return session is not None and stage in ready(facts_of(db, session))


def _work(held: runs.Claim, stage: Stage, folder: Path) -> Stage | None:
    work = load_work(held.session_id, folder)
    if work is None:
        return None
    with runs.renewed(held):
        yielded = RUN[stage.name](work)
    try:
        return _store(held, stage, yielded)
    except runs.LeaseLost:
        if yielded.discard is not None:
            yielded.discard()
        raise


def _store(held: runs.Claim, stage: Stage, yielded: Yielded) -> Stage | None:
    with transaction() as db:
        session = db.get(CookingSession, held.session_id, with_for_update=True)
        if session is None:
            raise runs.LeaseLost(f"session {held.session_id} is gone")
        runs.finish(db, held, yielded.usage)
        yielded.store(db, session)
        session.updated_at = utc_now()
        db.flush()
        following = ready(facts_of(db, session))
        mine = next((s for s in following if s.job == stage.job), None)
        for other in following:
            if other is not mine:
                enqueue(db, other.job, held.session_id, other.name)
        if mine is None:
            advance(db, session)
    return mine


def _settle(held: runs.Claim, rejection: VideoRejected | MemoRejected) -> None:
    with transaction() as db:
        session = db.get_one(CookingSession, held.session_id, with_for_update=True)
        runs.finish(db, held)
        if isinstance(rejection, VideoRejected):
            reject_video(db, session, rejection.reason)
        else:
            reject_memo(db, session, rejection.reason)
        advance(db, session)


def _retry_or_give_up(held: runs.Claim, stage: Stage, error: Exception) -> None:
    described = f"{type(error).__name__}: {error}"[:2000]
    try:
        with transaction() as db:
            # The session first, as everywhere: two orders of locking would deadlock.
            db.get(CookingSession, held.session_id, with_for_update=True)
            wait = runs.fail(db, held, described)
            if wait is not None:
                enqueue(db, stage.job, held.session_id, stage.name, delay_seconds=wait)
                return
            _end(db, stage, held.session_id, described)
    except runs.LeaseLost as lost:
        log.warning("stage %s: %s", stage.name, lost)


def _end(db: DbSession, stage: Stage, session_id: int, error: str) -> None:
    session = db.get_one(CookingSession, session_id, with_for_update=True)
    if stage.optional:
        advance(db, session)
    else:
        give_up(db, session, stage.name, error)


def park_exhausted() -> int:
    """Gives up the stages whose process died in their last attempt; returns how many."""
    with transaction() as db:
        stage_runs = runs.exhausted(db)
        for run in stage_runs:
            runs.park(run)
            db.add(run)
            db.flush()
            _end(db, STAGE[StageName(run.stage)], run.session_id, run.error)
    return len(stage_runs)
