"""Every act of a coach's leaves a row: who, what, to whom, when."""

from sqlmodel import Session as DbSession

from models.coach import AuditEntry


def note_act(
    db: DbSession, coach_id: int | None, act: str, *, user_id: int | None = None, **facts: int | str | bool
) -> None:
    """`facts` are ids and choices, never a learner's words. `coach_id` None: the operator."""
    db.add(AuditEntry(coach_id=coach_id, user_id=user_id, act=act, facts=facts))
