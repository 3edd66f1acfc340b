"""Which coaches have a thread before them just now, and who of them writes. Nothing of it lasts: who is not heard of is gone
half a minute later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.coach import Coach
from models.handover import ThreadPresence

LIFE = timedelta(seconds=30)


@dataclass(frozen=True)
class Present:
    name: str
    is_typing: bool


def note_presence(db: DbSession, coach_id: int, user_id: int, *, is_typing: bool) -> None:
    """The others who have the thread open are told where that is new."""
    mine = col(ThreadPresence.coach_id) == coach_id, col(ThreadPresence.user_id) == user_id
    was_typing = db.execute(select(col(ThreadPresence.is_typing)).where(*mine, _is_here())).scalar()
    row = insert(ThreadPresence).values(
        coach_id=coach_id, user_id=user_id, is_typing=is_typing, seen_at=func.now()
    )
    known = {"is_typing": row.excluded.is_typing, "seen_at": row.excluded.seen_at}
    db.execute(row.on_conflict_do_update(index_elements=["coach_id", "user_id"], set_=known))
    if was_typing is not is_typing:
        db.execute(select(func.pg_notify("console", f"at {user_id}")))


def others_present(db: DbSession, coach_id: int, user_id: int) -> Sequence[Present]:
    """By name."""
    here = (
        select(col(Coach.name), col(ThreadPresence.is_typing))
        .join(ThreadPresence, col(ThreadPresence.coach_id) == col(Coach.id))
        .where(col(ThreadPresence.user_id) == user_id, col(ThreadPresence.coach_id) != coach_id)
        .where(_is_here(), col(Coach.left_at).is_(None))
        .order_by(col(Coach.name))
    )
    return [Present(name, is_typing) for name, is_typing in db.execute(here)]


def _is_here() -> ColumnElement[bool]:
    return col(ThreadPresence.seen_at) > func.now() - LIFE
