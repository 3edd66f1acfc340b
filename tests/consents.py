"""Learners who have agreed to their footage being looked at."""

from sqlmodel import Session as DbSession

from knowledge_base.consent_talk import TEXT_VERSION
from models.consent import ConsentKind
from services.consent import consent_in_force, give_consent


def consent_of(db: DbSession, user_id: int) -> int:
    """Its id; given at first use."""
    give_consent(db, user_id, ConsentKind.FOOTAGE, TEXT_VERSION)
    consent_id = consent_in_force(db, user_id, ConsentKind.FOOTAGE)
    assert consent_id is not None
    return consent_id
