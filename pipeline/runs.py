"""Claiming a stage: one runner at a time, a lease renewed while it works, attempts counted beforehand."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Update, func, or_, text, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.base import utc_now
from models.coaching import ModelCall, Usage
from models.database import transaction
from models.session import StageRun
from settings import settings

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The run was taken over, or its session was reset: what it made is thrown away."""


@dataclass(frozen=True)
class Claim:
    run_id: int
    session_id: int
    stage: str
    attempt: int
    token: UUID


_CLAIM = text(
    """
    INSERT INTO stage_run (session_id, stage, attempt, lease_token, leased_until, started_at, error, usage)
    VALUES (:session_id, :stage, 1, :token, now() + :lease, now(), '', '{}')
    ON CONFLICT (session_id, stage) DO UPDATE
       SET attempt = stage_run.attempt + 1, lease_token = :token, leased_until = now() + :lease,
           started_at = now(), error = ''
     WHERE stage_run.finished_at IS NULL AND stage_run.parked_at IS NULL
       AND (stage_run.leased_until IS NULL OR stage_run.leased_until < now())
       AND (stage_run.not_before IS NULL OR stage_run.not_before <= now())
       AND stage_run.attempt < :max_attempts
    RETURNING id, attempt
    """
)


def claim(db: DbSession, session_id: int, stage: str) -> Claim | None:
    """Takes the stage, or None when it is done, held, waiting for its retry, or given up."""
    token = uuid4()
    values = {
        "session_id": session_id,
        "stage": stage,
        "token": token,
        "lease": settings().lease,
        "max_attempts": settings().max_attempts,
    }
    row = db.execute(_CLAIM, values).first()
    return Claim(row.id, session_id, stage, row.attempt, token) if row else None


@contextmanager
def renewed(held: Claim) -> Iterator[None]:
    """Renews the lease from a thread while the block runs, so that only a dead runner's lapses."""
    done = threading.Event()
    interval = settings().lease.total_seconds() / 3

    def renew() -> None:
        while not done.wait(interval):
            try:
                with transaction() as db:
                    db.exec(_held(held).values(leased_until=func.now() + settings().lease))
            except Exception as error:  # noqa: BLE001 - a database away for a moment must not end the renewing
                log.warning("lease of %s not renewed: %s", held.stage, type(error).__name__)

    thread = threading.Thread(target=renew, name=f"lease-{held.run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def finish(db: DbSession, held: Claim, usage: Usage | None = None, calls: Sequence[ModelCall] = ()) -> None:
    """Marks the stage as yielded, in the transaction that stores what it yields. Raises LeaseLost.

    `calls` are this attempt's; those of earlier attempts are on the row already and stay there.
    """
    _free(db, held, finished_at=func.now(), usage=_spent(db, held, usage, calls))


def fail(db: DbSession, held: Claim, error: str, calls: Sequence[ModelCall] = ()) -> float | None:
    """Frees the stage for another try; returns the seconds until then, or None when this was the last."""
    usage = _spent(db, held, None, calls)
    if held.attempt >= settings().max_attempts:
        _free(db, held, error=error, usage=usage, parked_at=func.now())
        return None
    backoff: timedelta = settings().retry_backoff * 4 ** (held.attempt - 1)
    _free(db, held, error=error, usage=usage, not_before=func.now() + backoff)
    return backoff.total_seconds()


def _spent(db: DbSession, held: Claim, usage: Usage | None, calls: Sequence[ModelCall]) -> dict[str, Any]:
    before = db.exec(select(StageRun.usage).where(StageRun.id == held.run_id)).first() or {}
    earlier = [ModelCall.model_validate(call) for call in before.get("calls", [])]
    every = [*earlier, *calls]
    if usage is None and not every:
        return {}
    cost = round(sum(call.cost_usd for call in every), 6)
    return (usage or Usage()).model_copy(update={"calls": every, "cost_usd": cost}).model_dump()


def exhausted(db: DbSession) -> list[tuple[int, int]]:
    """(run, session) of runs whose last attempt died with its process: nobody is left to park them."""
    found = db.exec(select(StageRun).where(*_exhausted()))
    return [(run.id or 0, run.session_id) for run in found]


def park(db: DbSession, run_id: int) -> StageRun | None:
    """Parks the run unless somebody else has meanwhile."""
    run = db.exec(select(StageRun).where(StageRun.id == run_id, *_exhausted()).with_for_update()).first()
    if run is not None:
        run.parked_at = utc_now()
        run.error = run.error or "the process died in its last attempt"
        db.add(run)
        db.flush()
    return run


def _exhausted() -> tuple[ColumnElement[bool], ...]:
    return (
        col(StageRun.finished_at).is_(None),
        col(StageRun.parked_at).is_(None),
        col(StageRun.attempt) >= settings().max_attempts,
        or_(col(StageRun.leased_until).is_(None), col(StageRun.leased_until) < func.now()),
    )


def _free(db: DbSession, held: Claim, **values: Any) -> None:
    if db.exec(_held(held).values(leased_until=None, **values)).rowcount != 1:
        raise LeaseLost(f"{held.stage} of session {held.session_id}")


def _held(held: Claim) -> Update:
    return (
        update(StageRun)
        .where(col(StageRun.id) == held.run_id, col(StageRun.lease_token) == held.token)
        .where(col(StageRun.finished_at).is_(None), col(StageRun.parked_at).is_(None))
    )
