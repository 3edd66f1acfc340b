"""Running stages: claim, work, store what they yield and what becomes of those that fail."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Executable, func
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import bound_contextvars

from errors import MomentError, is_outage, longest_pause
from jobs.leases import LONGEST_PAUSE, Lease, LeaseLost, Leases, finish, make_due, park, try_again, wait_out
from jobs.queue import Job, enqueue
from knowledge_base.catalogue import load
from logs.logger import get_logger
from logs.timing import milliseconds_since
from models.coaching import ModelCall, OpenSkill, SessionSummary, Usage
from models.database import Database
from models.learner import LearnerState
from models.media import LIVE, Media
from models.rules.history import attempts_before, last_coached
from models.session import CookingSession, StageName, StageRun
from models.user import User
from pipeline.graph import STAGE, Facts, Stage, ready
from pipeline.outcomes import DIED, PATIENCE_ATTEMPTS, give_up, is_final, say_still_working, say_waiting_out
from pipeline.providers import ledger
from pipeline.providers.ports import Pace, ProviderRefused, Providers
from pipeline.providers.registry import ProviderRegistry, needs_fallback
from pipeline.scheduler import Scheduler, let_rest
from pipeline.search import PrincipleSearch
from pipeline.speech_length import measured_pace
from pipeline.stage import LearnerPast, StageContext, StageResult
from pipeline.stages import RUN
from services.films import tell_failure
from services.media import MediaRejected, reject, reject_all
from services.privacy import owe_purge, purge_again
from services.scheduling import write_status
from storage.keys import coaching_video_keys, film_key, view_key
from storage.store import ObjectStore
from storage.workspace import workspace

log = get_logger(__name__)


@dataclass(frozen=True)
class Task:
    """A stage that this runner has claimed, with its session as it was then (detached)."""

    session: CookingSession
    stage: Stage
    lease: Lease
    first_attempt: CookingSession | None = None

    @property
    def session_id(self) -> int:
        return self.session.id


@dataclass(frozen=True)
class Runner:
    database: Database
    leases: Leases
    scheduler: Scheduler
    store: ObjectStore
    providers: ProviderRegistry
    max_attempts: int
    retry_backoff: timedelta

    def run(self, session_id: int, stage_name: str) -> None:
        """Runs the stage, then those it made ready on the same queue, without another hop through it."""
        task = self._claim(session_id, STAGE[StageName(stage_name)])
        while task is not None:
            task = self._run_one(task)

    def _run_one(self, task: Task) -> Task | None:
        """Runs one stage; returns the next for this runner."""
        ids = {"session_id": task.session_id, "stage": task.stage.name.value}
        with bound_contextvars(**ids), ledger.collect() as calls:
            if task.lease.is_spent(self.max_attempts):
                self._give_up(task, DIED, ())
                return None
            return self._try(task, calls)

    def _try(self, task: Task, calls: Sequence[ModelCall]) -> Task | None:
        start = time.monotonic()
        try:
            with self.leases.hold(task.lease):
                result = self._work(task)
            following = self._store(task, result, calls)
        except LeaseLost as lost:
            log.warning("lease lost", lease=str(lost))
            self._purge_again(task)
        except MediaRejected as rejection:
            log.info("media rejected", reason=rejection.reason, ms=milliseconds_since(start))
            self._reject(task, rejection, calls)
        except Exception as error:  # noqa: BLE001 - the border of the pipeline: kept on its row and tried again
            self._log_failure(task, error, start)
            self._retry_or_give_up(task, error, calls)
        else:
            provider = result.usage.provider if result.usage else ""
            attempt, ms = task.lease.attempt, milliseconds_since(start)
            log.info("stage finished", attempt=attempt, ms=ms, provider=provider)
            _clean_up(result)
            return following
        return None

    def _log_failure(self, task: Task, error: Exception, start: float) -> None:
        failure = log.bind(
            attempt=task.lease.attempt,
            ms=milliseconds_since(start),
            provider=str(self.providers.settings.providers),
            error=type(error).__name__,
        )
        if isinstance(error, ProviderRefused):
            # What was refused may quote the learner: the row has it, the log has its kinds.
            kinds = sorted({violation.split(":")[0] for violation in error.violations})
            failure.error("stage failed", refused_for=kinds)
        elif is_outage(error):  # somebody else's, and seen again and again
            failure.warning("stage waits", away_seconds=round(task.lease.away.total_seconds()))
        else:
            failure.error("stage failed", exc_info=error)

    def _claim(self, session_id: int, stage: Stage) -> Task | None:
        """The session stays locked from the look at what is ready to the claim: no unsend slips between."""
        with self.database.transaction() as db:
            facts = self.scheduler.lock(db, session_id)
            if facts is None:
                return None
            if stage not in ready(facts):
                let_rest(db, session_id, stage)
                return None
            run = facts.session.run_of(stage.name)
            if run is None:
                return None
            lease = self.leases.claim(db, StageRun, run.id, started_at=func.now())
            return _begun(facts, stage, lease) if lease is not None else None

    def _work(self, task: Task) -> StageResult:
        with workspace() as folder:
            providers = self.providers.get(fallback=needs_fallback(task.lease))
            session = task.session
            context = StageContext(
                session=session,
                user=session.user,
                guide=load().dishes[session.dish.slug],
                providers=providers,
                store=self.store,
                search=PrincipleSearch(self.database, providers.embedder),
                read_past=partial(self._read_past, session),
                measure_pace=partial(self._measure_pace, providers),
                folder=folder,
                run_id=task.lease.row_id,
                first_attempt=task.first_attempt,
            )
            return RUN[task.stage.name](context)

    def _read_past(self, session: CookingSession) -> LearnerPast:
        with self.database.reads() as db:
            now, last, state = db.execute(_past_of(session)).one()
            state = state or LearnerState(user_id=session.user_id)
            cook = session.dish.slug, session.session_number
            summaries = [SessionSummary.model_validate(entry) for entry in state.session_summaries]
            return LearnerPast(
                sessions=[each for each in summaries if (each.dish, each.session) != cook],
                days_since_last=(now - last).days if last else None,
                attempts=attempts_before(db, session),
                open_skill=OpenSkill.model_validate(state.open_skill) if state.open_skill else None,
            )

    def _measure_pace(self, providers: Providers) -> Pace | None:
        narrator = providers.narrator
        if narrator.pace is None:
            return None
        with self.database.transaction() as db:
            return measured_pace(db, narrator.model, narrator.pace)

    def _store(self, task: Task, result: StageResult, calls: Sequence[ModelCall]) -> Task | None:
        # What changes in the session goes in one statement, with its new status.
        with self.database.transaction() as db, db.no_autoflush:
            facts = self.scheduler.lock(db, task.session_id)
            if facts is None:
                raise LeaseLost(f"session {task.session_id} is gone")
            usage = _usage(facts, task, result.usage, calls)
            finish(db, task.lease, finished_at=func.now(), usage=usage)
            result.store(db, facts.session)
            following = self._next(db, facts.after(task.stage.name), task.stage.job)
            result.owe(db, facts.session)
            return following

    def _next(self, db: DbSession, facts: Facts, job: Job) -> Task | None:
        """What has become ready: the first of this runner's own queue it takes itself, the others are woken."""
        due = self.scheduler.look(db, facts)
        own = next((stage for stage in due if stage.job == job and self._may_begin(facts, stage)), None)
        self.scheduler.make_due(db, facts.session, [stage for stage in due if stage is not own])
        if own is None:
            return None
        run = StageRun(session_id=facts.session.id, stage=own.name, job=own.job, started_at=facts.now)
        return _begun(facts, own, self.leases.begin(db, run))

    def _may_begin(self, facts: Facts, stage: Stage) -> bool:
        """At once, in this worker; one that was told to stop leaves it to another."""
        return facts.session.run_of(stage.name) is None and not self.leases.stopping.is_set()

    def _reject(self, task: Task, rejection: MediaRejected, calls: Sequence[ModelCall]) -> None:
        def settle(db: DbSession, facts: Facts) -> None:
            session = facts.session
            finish(db, task.lease, finished_at=func.now(), usage=_usage(facts, task, None, calls))
            if task.stage.is_of_memo:
                if session.memo is not None:
                    reject(db, session.memo, session, rejection.reason)
                return
            broken = [clip for clip in session.videos if clip.id == rejection.media_id]
            if broken:
                reject(db, broken[0], session, rejection.reason)
            elif session.videos:
                reject_all(db, session, rejection.reason)

        self._settle(task, settle)

    def _retry_or_give_up(self, task: Task, error: Exception, calls: Sequence[ModelCall]) -> None:
        description = f"{type(error).__name__}: {error}"[:2000]
        # The coaching does not wait for a memo as long as for an outage to end.
        if is_outage(error) and not task.stage.is_of_memo:
            self._wait_out(task, description, longest_pause(error, LONGEST_PAUSE), calls)
            return
        if is_final(error, task.lease.attempt, self.max_attempts):
            self._give_up(task, description, calls)
            return
        pause = self.retry_backoff * 4 ** (task.lease.attempt - 1)

        def settle(db: DbSession, facts: Facts) -> None:
            try_again(db, task.lease, description, pause, usage=_usage(facts, task, None, calls))
            if task.lease.attempt == PATIENCE_ATTEMPTS and not task.stage.is_optional:
                say_still_working(db, facts.session)
            wait = pause.total_seconds()
            enqueue(db, task.stage.job, task.session_id, task.stage.name, delay_seconds=wait)

        self._settle(task, settle)

    def _wait_out(self, task: Task, description: str, longest: timedelta, calls: Sequence[ModelCall]) -> None:
        def settle(db: DbSession, facts: Facts) -> None:
            usage = _usage(facts, task, None, calls)
            first = self.retry_backoff
            pause = wait_out(db, task.lease, description, first=first, longest=longest, usage=usage)
            if pause is None:
                self._park(db, facts, task, description, calls)
                return
            if not task.stage.is_optional:
                say_waiting_out(db, facts.session, task.lease.away)
            wait = pause.total_seconds()
            enqueue(db, task.stage.job, task.session_id, task.stage.name, delay_seconds=wait)

        self._settle(task, settle)

    def _give_up(self, task: Task, description: str, calls: Sequence[ModelCall]) -> None:
        self._settle(task, lambda db, facts: self._park(db, facts, task, description, calls))

    def _park(
        self,
        db: DbSession,
        facts: Facts,
        task: Task,
        description: str,
        calls: Sequence[ModelCall],
    ) -> None:
        park(db, task.lease, description, usage=_usage(facts, task, None, calls))
        log.error("stage given up", attempt=task.lease.attempt)
        if task.stage.name is StageName.PRODUCE_FILM:
            tell_failure(db, facts.session)
        if task.stage.is_optional:
            self.scheduler.wake(db, facts.without(task.stage.name))
        else:
            give_up(db, facts.session, task.stage.name, description)

    def _settle(self, task: Task, settle: Callable[[DbSession, Facts], None]) -> None:
        try:
            with self.database.transaction() as db:
                # The session first, as everywhere: two orders of locking would deadlock.
                facts = self.scheduler.lock(db, task.session_id)
                if facts is not None:
                    settle(db, facts)
        except LeaseLost as lost:  # taken back meanwhile: the learner has been told already
            log.info("lease lost", lease=str(lost))
            return
        if facts is None:
            self._purge_again(task)

    def _purge_again(self, task: Task) -> None:
        """What this runner has put into the store came after the footage was taken back, or after its learner left."""
        session_id = task.session_id
        withdrawn = (col(Media.session_id) == session_id, col(Media.state).not_in(LIVE))
        with self.database.transaction() as db:
            make_due(db, Media, *withdrawn)
            for media_id in db.exec(select(Media.id).where(*withdrawn)):
                enqueue(db, Job.PURGE_MEDIA, media_id)
            if task.stage.name is StageName.PRODUCE_VIDEO:
                owe_purge(db, coaching_video_keys(session_id, [task.session.videos_begun]))
            for key in _shared_keys(task):
                purge_again(db, key)


def _begun(facts: Facts, stage: Stage, lease: Lease) -> Task:
    """What its claim changes in the session."""
    session = facts.session
    if stage.name is StageName.ANALYZE_VIDEO and session.pipeline_job_id is None:
        # The pipeline proper starts here: the session is `processing` under a job id of its own.
        session.pipeline_job_id = uuid4()
        session.pipeline_started_at = func.now()  # type: ignore[assignment]
        write_status(session, facts.parked)
    if stage.name is StageName.PRODUCE_VIDEO:
        session.videos_begun += 1
    return Task(session, stage, lease, facts.first_attempt)


def _past_of(session: CookingSession) -> Executable:
    """What the learner had learnt, none before the first text; when they were coached last, and what time it is."""
    learnt = select(func.now(), last_coached(session), LearnerState).select_from(User)
    mine = col(LearnerState.user_id) == User.id
    return learnt.outerjoin(LearnerState, mine).where(User.id == session.user_id)


def _shared_keys(task: Task) -> Sequence[str]:
    """What its stage puts under keys that another try may use too: they go only if somebody purges them already."""
    if task.stage.name is StageName.PRODUCE_FILM:
        return [film_key(task.session_id, task.lease.row_id)]
    return [view_key(clip.object_key) for clip in task.session.videos]


def _clean_up(result: StageResult) -> None:
    """Whether it works or not, the stage has finished."""
    try:
        result.clean_up()
    except MomentError as error:
        log.warning("not cleaned up", error=type(error).__name__)


def _usage(facts: Facts, task: Task, usage: Usage | None, calls: Sequence[ModelCall]) -> dict[str, Any]:
    """With the calls of earlier attempts, which are on the row already and stay there."""
    run = facts.session.run_of(task.stage.name)
    earlier = run.usage if run is not None else {}
    all_calls = [*(ModelCall.model_validate(call) for call in earlier.get("calls", [])), *calls]
    if usage is None and not all_calls:
        return {}
    cost = round(sum(call.cost_usd for call in all_calls), 6)
    return (usage or Usage()).model_copy(update={"calls": all_calls, "cost_usd": cost}).model_dump()
