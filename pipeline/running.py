"""Running stages: claim, work, store what they yield and what becomes of those that fail."""

import logging
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session as DbSession

from models.base import utc_now
from models.coaching import ModelCall
from models.database import transaction
from models.session import CookingSession
from pipeline import runs
from pipeline.advance import advance, facts_of
from pipeline.endings import give_up, reject_memo, reject_video, say_still_working
from pipeline.graph import STAGE, Stage, StageName, ready
from pipeline.media.ffmpeg import workspace
from pipeline.providers import ledger
from pipeline.providers.loading import FALLBACK_FROM
from pipeline.providers.ports import ProviderRefused
from pipeline.queue import enqueue
from pipeline.stages import RUN
from pipeline.work import MemoRejected, VideoRejected, Yielded, load_work

log = logging.getLogger(__name__)

TOLD_AFTER = 3  # failed attempts until a learner who waits for the text is told that it takes longer


def run_stages(session_id: int, stage_name: str) -> None:
    """Runs the stage, then those it made ready on the same queue, without another hop through it."""
    current: Stage | None = STAGE[StageName(stage_name)]
    while current is not None:
        current = _run_one(session_id, current)


def _run_one(session_id: int, stage: Stage) -> Stage | None:
    """Runs one stage if it is ready and free; returns the next for this runner."""
    held = _claim(session_id, stage)
    if held is None:
        return None
    with ledger.kept() as calls:
        try:
            with workspace() as folder:
                return _work(held, stage, folder, calls)
        except runs.LeaseLost as error:
            log.warning("stage %s: %s", stage.name, error)
        except VideoRejected as rejection:
            _settle(held, rejection, calls)
        except MemoRejected as rejection:
            _settle(held, rejection, calls)
        except Exception as error:  # noqa: BLE001 - the border of the pipeline: kept on its row and tried again
            _log_failure(held, error)
            _retry_or_give_up(held, stage, error, calls)
    return None


def _log_failure(held: runs.Claim, error: Exception) -> None:
    told = "stage %s of session %s failed in attempt %s: %s"
    if isinstance(error, ProviderRefused):
        # What was refused may quote the learner: the row has it, the log has its kinds.
        kinds = ", ".join(sorted({violation.split(":")[0] for violation in error.violations}))
        log.error(told, held.stage, held.session_id, held.attempt, f"refused for {kinds}")
    else:
        log.error(told, held.stage, held.session_id, held.attempt, type(error).__name__, exc_info=error)


def _claim(session_id: int, stage: Stage) -> runs.Claim | None:
    """The session stays locked from the look at what is ready to the claim: no unsend slips between."""
    with transaction() as db:
        session = db.get(CookingSession, session_id, with_for_update=True)
        if session is None or stage not in ready(facts_of(db, session)):
            return None
        return runs.claim(db, session_id, stage.name)


def _work(held: runs.Claim, stage: Stage, folder: Path, calls: Sequence[ModelCall]) -> Stage | None:
    work = load_work(held.session_id, folder, fallback=held.attempt >= FALLBACK_FROM)
    if work is None:
        return None
    with runs.renewed(held):
        yielded = RUN[stage.name](work)
    try:
        return _store(held, stage, yielded, calls)
    except runs.LeaseLost:
        if yielded.discard is not None:
            with transaction() as db:
                yielded.discard(db.get(CookingSession, held.session_id, with_for_update=True))
        raise


def _store(held: runs.Claim, stage: Stage, yielded: Yielded, calls: Sequence[ModelCall]) -> Stage | None:
    with transaction() as db:
        session = db.get(CookingSession, held.session_id, with_for_update=True)
        if session is None:
            raise runs.LeaseLost(f"session {held.session_id} is gone")
        runs.finish(db, held, yielded.usage, calls)
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


def _settle(held: runs.Claim, rejection: VideoRejected | MemoRejected, calls: Sequence[ModelCall]) -> None:
    try:
        with transaction() as db:
            session = db.get_one(CookingSession, held.session_id, with_for_update=True)
            runs.finish(db, held, calls=calls)
            if isinstance(rejection, VideoRejected):
                reject_video(db, session, rejection.reason)
            else:
                reject_memo(db, session, rejection.reason)
            advance(db, session)
    except runs.LeaseLost as lost:  # unsent while it was fetched: the learner has been told already
        log.info("stage %s: %s", held.stage, lost)


def _retry_or_give_up(held: runs.Claim, stage: Stage, error: Exception, calls: Sequence[ModelCall]) -> None:
    described = f"{type(error).__name__}: {error}"[:2000]
    try:
        with transaction() as db:
            # The session first, as everywhere: two orders of locking would deadlock.
            session = db.get(CookingSession, held.session_id, with_for_update=True)
            wait = runs.fail(db, held, described, calls)
            if wait is not None:
                if session is not None and held.attempt == TOLD_AFTER and not stage.optional:
                    say_still_working(db, session)
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
        found = runs.exhausted(db)
    return sum(_park(run_id, session_id) for run_id, session_id in found)


def _park(run_id: int, session_id: int) -> bool:
    with transaction() as db:
        db.get(CookingSession, session_id, with_for_update=True)
        run = runs.park(db, run_id)
        if run is None or run.stage not in STAGE:  # another was first, or a stage of another release
            return False
        _end(db, STAGE[StageName(run.stage)], session_id, run.error)
        return True
