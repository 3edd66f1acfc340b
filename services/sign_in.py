"""Signing a learner in at our pages: a token for one browser, and a code that leads from LINE's into another."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.base import database_now
from models.user import User
from models.web import SignInCode, WebSession

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
CODE_LIFE = timedelta(minutes=5)
MOST_SESSIONS = 10  # of one learner: the browser that was not seen for longest gives way
_SEEN_EVERY = timedelta(hours=1)  # a visit is written down no more often
_TOKEN_BYTES = 32


class NotSignedIn(MomentError):
    """Nobody is signed in with this token: none was given, it is over, or it was revoked."""

    words = "web.sign_in_again"


class CodeOver(MomentError):
    """Used before, older than CODE_LIFE, or none of ours."""

    words = "web.code_over"


@dataclass(frozen=True)
class Token:
    """`value` is told to one browser and kept nowhere; it is of no use after `ends_at`, UTC."""

    value: str
    ends_at: datetime


def sign_in(db: DbSession, user: User) -> Token:
    """A session of its own for one browser. The learner's sessions and codes that are over are deleted."""
    now = database_now(db)
    db.exec(delete(WebSession).where(col(WebSession.user_id) == user.id, ~_lives(now)))
    db.exec(delete(SignInCode).where(col(SignInCode.user_id) == user.id, col(SignInCode.ends_at) < now))
    _forget_all_but(db, user, MOST_SESSIONS - 1)
    token = Token(secrets.token_urlsafe(_TOKEN_BYTES), now + LONGEST)
    db.add(WebSession(user_id=user.id, token_hash=_hash(token.value), ends_at=token.ends_at))
    db.flush()
    return token


def signed_in(db: DbSession, token: str) -> User:
    """One query, and a write once an hour. Raises NotSignedIn."""
    mine = select(User, WebSession.id, WebSession.seen_at, func.now()).join(
        WebSession, col(WebSession.user_id) == col(User.id)
    )
    lives = col(WebSession.ends_at) > func.now(), col(WebSession.seen_at) > func.now() - IDLE
    row = db.exec(mine.where(WebSession.token_hash == _hash(token), *lives)).first()
    if row is None:
        raise NotSignedIn("the session's token is not known, or over")
    user, session_id, seen_at, now = row
    if now - seen_at > _SEEN_EVERY:
        db.exec(update(WebSession).where(col(WebSession.id) == session_id).values(seen_at=func.now()))
    return user


def sign_out(db: DbSession, token: str) -> None:
    db.exec(delete(WebSession).where(col(WebSession.token_hash) == _hash(token)))


def sign_out_everywhere(db: DbSession, user_id: int) -> None:
    """Whatever browser they are signed in with, and codes on their way."""
    db.exec(delete(WebSession).where(col(WebSession.user_id) == user_id))
    db.exec(delete(SignInCode).where(col(SignInCode.user_id) == user_id))


def new_code(db: DbSession, user: User) -> str:
    """For one sign-in within CODE_LIFE."""
    code = secrets.token_urlsafe(_TOKEN_BYTES)
    db.add(SignInCode(code_hash=_hash(code), user_id=user.id, ends_at=database_now(db) + CODE_LIFE))
    db.flush()
    return code


def use_code(db: DbSession, code: str) -> User:
    """Whose code it was: from now on it is of no use. Raises CodeOver."""
    used = delete(SignInCode).where(col(SignInCode.code_hash) == _hash(code))
    row = db.execute(used.returning(col(SignInCode.user_id), col(SignInCode.ends_at))).first()
    if row is None or row.ends_at < database_now(db):
        raise CodeOver("the code is not known, or over")
    return db.get_one(User, row.user_id)


def _forget_all_but(db: DbSession, user: User, count: int) -> None:
    mine = col(WebSession.user_id) == user.id
    newest = select(WebSession.id).where(mine).order_by(col(WebSession.seen_at).desc()).limit(count)
    db.exec(delete(WebSession).where(mine, col(WebSession.id).not_in(newest)))


def _lives(now: datetime) -> ColumnElement[bool]:
    return (col(WebSession.ends_at) > now) & (col(WebSession.seen_at) > now - IDLE)


def _hash(secret: str) -> bytes:
    """Of a long random secret, which needs no salt and no slow function."""
    return hashlib.sha256(secret.encode()).digest()
