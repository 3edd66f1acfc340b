"""Who asks: by our cookie, or by an ID token of LINE's as Bearer. Never by an id that the client names."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session as DbSession

from liff.parts import Parts, Reading, Transaction, parts_behind, reads
from line.login import Identity
from models.user import User
from services import profile
from services.names import first_name_of
from services.privacy import LearnerLeaving
from services.sign_in import LONGEST, Asker, NotSignedIn, Token, signed_in

COOKIE = "moment_session"

SESSION_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/auth/session")
ID_TOKEN = HTTPBearer(auto_error=False, description="An ID token of LIFF (`liff.getIDToken()`)")


async def asking(
    request: Request,
    db: Reading,
    cookie: Annotated[str | None, Depends(SESSION_COOKIE)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(ID_TOKEN)],
) -> Asker:
    """Whose request it is, which is counted. Raises NotSignedIn, TokenInvalid, LineKeysUnavailable, FriendNoMore,
    LearnerLeaving, TooOften."""
    parts = parts_behind(request)
    if bearer is not None:
        identity = await run_in_threadpool(parts.login.identity, bearer.credentials)
        asker = Asker((await db.run(let_in, identity)).id)
        await db.commit()  # with the name of one who is new
    elif cookie:
        asker = await db.run(signed_in, cookie)
    else:
        raise NotSignedIn("neither a session's cookie nor a token")
    request.state.learner_id = asker.learner_id
    if not reads(request):
        await db.close()  # who writes needs another connection, and holds one at a time
    await parts.limits.count(asker.learner_id, reads=reads(request))
    return asker


Asking = Annotated[Asker, Depends(asking)]


def current_learner(db: Transaction, asker: Asking) -> User:
    """Who writes, with their row in the request's transaction. Raises as `asking`."""
    return _learner(db, asker)


async def reading_learner(db: Reading, asker: Asking) -> User:
    """Who reads, with their row. Raises as `asking`."""
    return await db.run(_learner, asker)


CurrentLearner = Annotated[User, Depends(current_learner)]
ReadingLearner = Annotated[User, Depends(reading_learner)]


def _learner(db: DbSession, asker: Asker) -> User:
    learner = db.get(User, asker.learner_id)
    if learner is None:
        raise NotSignedIn("the learner was deleted meanwhile")
    return learner


def learner_of(parts: Parts, db: DbSession, id_token: str) -> User:
    """Whose ID token this is. Raises TokenInvalid, LineKeysUnavailable, FriendNoMore, LearnerLeaving."""
    return let_in(db, parts.login.identity(id_token))


def let_in(db: DbSession, identity: Identity) -> User:
    """Raises FriendNoMore, LearnerLeaving."""
    known = profile.find_learner(db, identity.line_user_id)
    if known is not None and known.leaving_since is not None:
        raise LearnerLeaving(f"learner {known.id}")
    name = first_name_of(identity.name) if identity.name is not None else None
    return profile.let_in(db, identity.line_user_id, name)


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
