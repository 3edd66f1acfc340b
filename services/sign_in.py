"""Signing a learner in at our pages: a token for one browser, and a code that leads from LINE's into another."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, update
from sqlalchemy.sql.functions import Function
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


@dataclass(frozen=True)
class Asker:
    """Who asks, by which of their browsers' sessions; None: by an ID token of LINE's."""

    learner_id: int
    web_session_id: int | None = None


def _lives(now: datetime | Function[datetime]) -> ColumnElement[bool]:
    return (col(WebSession.ends_at) > now) & (col(WebSession.seen_at) > now - IDLE)


# Asked with every request: made once, for that costs more than to ask it.
_SIGNED_IN = select(
    WebSession.id,
    WebSession.user_id,
    (col(WebSession.seen_at) < func.now() - _SEEN_EVERY).label("is_to_be_noted"),
).where(WebSession.token_hash == bindparam("token_hash"), _lives(func.now()))


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


def signed_in(db: DbSession, token: str) -> Asker:
    """One query, and a write once an hour. Raises NotSignedIn."""
    row = db.execute(_SIGNED_IN, {"token_hash": _hash(token)}).first()
    if row is None:
        raise NotSignedIn("the session's token is not known, or over")
    if row.is_to_be_noted:
        db.exec(update(WebSession).where(col(WebSession.id) == row.id).values(seen_at=func.now()))
    return Asker(row.user_id, row.id)


def learner_signed_in(db: DbSession, token: str) -> User:
    """Raises NotSignedIn."""
    return db.get_one(User, signed_in(db, token).learner_id)


def still_welcome(db: DbSession, askers: Collection[Asker]) -> Collection[Asker]:
    """Those whose session is not over or revoked, or who came with a token and have not blocked us since. One query for
    each of the two kinds."""
    web_sessions = {each.web_session_id for each in askers if each.web_session_id is not None}
    others = {each.learner_id for each in askers if each.web_session_id is None}
    alive = select(WebSession.id).where(col(WebSession.id).in_(web_sessions), _lives(func.now()))
    friends = select(User.id).where(col(User.id).in_(others), col(User.blocked_at).is_(None))
    welcome = set(db.exec(alive)) if web_sessions else set()
    let_in = set(db.exec(friends)) if others else set()
    return {
        each
        for each in askers
        if each.web_session_id in welcome or (each.web_session_id is None and each.learner_id in let_in)
    }


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


def _hash(secret: str) -> bytes:
    """Of a long random secret, which needs no salt and no slow function."""
    return hashlib.sha256(secret.encode()).digest()
