"""Requests that are sent twice and done once (IETF draft "The Idempotency-Key HTTP Header Field").

The answer is kept in the transaction that does what was asked: whoever dies in between has done nothing. That
transaction holds the key, by a lock that ends with it and so works behind a pooler too.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.web import IdempotencyKey

KEEP = timedelta(days=1)
_SWEEP = 100  # rows with each new key: more than come, so that none stays for long


class KeyInUse(MomentError):
    """The first request with this key is still being done."""

    words = "web.still_doing"


class KeyReused(MomentError):
    """Another request was sent with this key before."""

    words = "web.key_reused"


@dataclass(frozen=True)
class GivenAnswer:
    """`location` is "" where nothing was made that has an address."""

    status: int
    media_type: str
    location: str
    body: bytes


def take_key(db: DbSession, user_id: int, key: str, fingerprint: bytes) -> GivenAnswer | None:
    """The answer that was given before; None for the first, which holds the key until its transaction ends.

    Raises KeyInUse, KeyReused.
    """
    lock = select(func.pg_try_advisory_xact_lock(user_id, func.hashtext(key)))
    if not db.exec(lock).one():
        raise KeyInUse(f"learner {user_id}")
    row = db.get(IdempotencyKey, (user_id, key))
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused(f"learner {user_id}")
    return GivenAnswer(row.status, row.media_type, row.location, row.body)


def keep_answer(db: DbSession, user_id: int, key: str, fingerprint: bytes, answer: GivenAnswer) -> None:
    """For KEEP. Those that are older, of all learners, are deleted."""
    values = {
        "status": answer.status,
        "media_type": answer.media_type,
        "location": answer.location,
        "body": answer.body,
    }
    db.execute(insert(IdempotencyKey).values(user_id=user_id, key=key, fingerprint=fingerprint, **values))
    names = tuple_(col(IdempotencyKey.user_id), col(IdempotencyKey.key))
    # Waits for nobody who sweeps too.
    old = (
        select(IdempotencyKey.user_id, IdempotencyKey.key)
        .where(col(IdempotencyKey.created_at) < func.now() - KEEP)
        .limit(_SWEEP)
        .with_for_update(skip_locked=True)
    )
    db.execute(delete(IdempotencyKey).where(names.in_(old)))
