"""Signing a coach in at the console: a token for one browser, as short-lived as what it opens is private."""

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.base import database_now
from models.coach import Coach, ConsoleSession
from services.coaches import Asker, audit, hash_of

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=14)
_SEEN_EVERY = timedelta(minutes=5)  # a visit is written down no more often
_TOKEN_BYTES = 32


class CoachNotSignedIn(MomentError):
    """Nobody is signed in with this token: none was given, it is over or revoked, or the coach was removed."""

    words = "console.sign_in_again"


class NoCoach(MomentError):
    """The LINE account is none of a coach's."""

    words = "console.no_coach"


_LIVES: ColumnElement[bool] = (
    (col(ConsoleSession.ends_at) > func.now())
    & (col(ConsoleSession.seen_at) > func.now() - IDLE)
    & col(Coach.left_at).is_(None)
)
_IS_TO_BE_NOTED = (col(ConsoleSession.seen_at) < func.now() - _SEEN_EVERY).label("is_to_be_noted")


def sign_in(db: DbSession, coach: Coach) -> str:
    """The token of a session of its own for one browser. The coach's sessions that are over are deleted."""
    now = database_now(db)
    mine = col(ConsoleSession.coach_id) == coach.id
    is_over = (col(ConsoleSession.ends_at) <= now) | (col(ConsoleSession.seen_at) <= now - IDLE)
    db.exec(delete(ConsoleSession).where(mine, is_over))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    db.add(ConsoleSession(coach_id=coach.id, token_hash=hash_of(token), ends_at=now + LONGEST))
    audit(db, coach.id, "sign_in")
    db.flush()
    return token


def coach_of_account(db: DbSession, line_user_id: str) -> Coach:
    """Raises NoCoach."""
    theirs = select(Coach).where(Coach.line_user_id == line_user_id, col(Coach.left_at).is_(None))
    coach = db.exec(theirs).first()
    if coach is None:
        raise NoCoach("no coach signs in with this LINE account")
    return coach


def signed_in(db: DbSession, token: str) -> Asker:
    """One query, and a write every few minutes. Raises CoachNotSignedIn."""
    coach, session_id, is_to_be_noted = _living(db, col(ConsoleSession.token_hash) == hash_of(token))
    if is_to_be_noted:
        db.exec(update(ConsoleSession).where(col(ConsoleSession.id) == session_id).values(seen_at=func.now()))
    return _asker(coach, session_id)


def as_they_are_now(db: DbSession, asker: Asker) -> Asker:
    """For what goes on without a request, such as a stream: with the rights they have by now. It is no visit, so that a
    page left open ends as any other. Raises CoachNotSignedIn."""
    coach, session_id, _ = _living(db, col(ConsoleSession.id) == asker.console_session_id)
    return _asker(coach, session_id)


def sign_out(db: DbSession, asker: Asker) -> None:
    db.exec(delete(ConsoleSession).where(col(ConsoleSession.id) == asker.console_session_id))
    audit(db, asker.coach_id, "sign_out")


def sign_out_everywhere(db: DbSession, asker: Asker) -> None:
    """Whatever browser they are signed in with, this one too."""
    db.exec(delete(ConsoleSession).where(col(ConsoleSession.coach_id) == asker.coach_id))
    audit(db, asker.coach_id, "sign_out_everywhere")


def _living(db: DbSession, which: ColumnElement[bool]) -> tuple[Coach, int, bool]:
    """Raises CoachNotSignedIn."""
    session = select(Coach, ConsoleSession.id, _IS_TO_BE_NOTED).join(ConsoleSession)
    row = db.exec(session.where(which, _LIVES)).first()
    if row is None:
        raise CoachNotSignedIn("the session is not known, or over")
    return row


def _asker(coach: Coach, session_id: int) -> Asker:
    return Asker(coach.id, coach.name, coach.role, coach.is_limited, session_id)
