"""Whether a learner has agreed to something, and that they do or do no more."""

from collections.abc import Sequence

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.consent import Consent, ConsentKind


def has_consent(db: DbSession, user_id: int, kind: ConsentKind) -> bool:
    return consent_in_force(db, user_id, kind) is not None


def consent_in_force(db: DbSession, user_id: int, kind: ConsentKind) -> int | None:
    """Its id."""
    holds = Consent.user_id == user_id, Consent.kind == kind, col(Consent.withdrawn_at).is_(None)
    return db.exec(select(Consent.id).where(*holds)).first()


def consents_of(db: DbSession, user_id: int) -> Sequence[Consent]:
    """All that they have given, also what they have withdrawn since, the newest first."""
    return db.exec(select(Consent).where(Consent.user_id == user_id).order_by(col(Consent.id).desc())).all()


def give_consent(db: DbSession, user_id: int, kind: ConsentKind, text_version: str) -> None:
    """Given once more, the first stands, with the words that were agreed to then."""
    row = {"user_id": user_id, "kind": kind, "text_version": text_version}
    db.execute(insert(Consent).values(**row).on_conflict_do_nothing())


def withdraw_consent(db: DbSession, user_id: int, kind: ConsentKind) -> None:
    holds = col(Consent.user_id) == user_id, col(Consent.kind) == kind, col(Consent.withdrawn_at).is_(None)
    db.execute(update(Consent).where(*holds).values(withdrawn_at=func.now()))
