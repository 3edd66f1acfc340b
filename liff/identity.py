"""Who asks: by our cookie, or by an ID token of LINE's as Bearer. Never by an id that the client names."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from liff.parts import Parts, PartsOf, Transaction, reads
from line.login import Identity
from models.user import User
from services import profile
from services.names import first_name_of
from services.privacy import LearnerLeaving
from services.sign_in import LONGEST, NotSignedIn, Token, signed_in

COOKIE = "moment_session"

SESSION_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/auth/session")
ID_TOKEN = HTTPBearer(auto_error=False, description="An ID token of LIFF (`liff.getIDToken()`)")


def current_learner(
    request: Request,
    parts: PartsOf,
    db: Transaction,
    cookie: Annotated[str | None, Depends(SESSION_COOKIE)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(ID_TOKEN)],
) -> User:
    """Whose request is counted. Raises NotSignedIn, TokenInvalid, LineKeysUnavailable, LearnerLeaving, TooOften."""
    learner = _learner(parts, db, cookie, bearer)
    request.state.learner_id = learner.id
    db.commit()  # the broker is not asked within a transaction
    parts.limits.count(learner.id, reads=reads(request))
    return learner


def _learner(
    parts: Parts, db: Transaction, cookie: str | None, bearer: HTTPAuthorizationCredentials | None
) -> User:
    if bearer is not None:
        return learner_of(parts, db, bearer.credentials)
    if cookie:
        return signed_in(db, cookie)
    raise NotSignedIn("neither a session's cookie nor a token")


CurrentLearner = Annotated[User, Depends(current_learner)]


def learner_of(parts: Parts, db: Transaction, id_token: str) -> User:
    """Whose ID token this is; one who comes by a page first is taken in as by a message. Raises LearnerLeaving."""
    return take_in(db, parts.login.identity(id_token))


def take_in(db: Transaction, identity: Identity) -> User:
    known = profile.find_learner(db, identity.line_user_id)
    if known is not None and known.leaving_since is not None:
        raise LearnerLeaving(f"learner {known.id}")
    name = first_name_of(identity.name) if identity.name is not None else None
    return known or profile.take_in(db, identity.line_user_id, name)


def session_token(request: Request) -> str | None:
    """Of the cookie, whoever's it may be."""
    return request.cookies.get(COOKIE)


def set_cookie(response: Response, token: Token, *, secure: bool) -> None:
    """No script reads it; another site's forms and pictures don't send it (SameSite=Lax)."""
    response.set_cookie(
        COOKIE,
        token.value,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def delete_cookie(response: Response, *, secure: bool) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure)
