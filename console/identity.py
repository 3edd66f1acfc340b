"""Which coach asks: by our cookie alone. Whoever writes shows besides that one of our pages sent it."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Request, Response

from console.fields import UserId
from console.parts import Reading, Transaction
from errors import MomentError
from models.user import User
from services.coach_sign_in import LONGEST, CoachNotSignedIn, signed_in
from services.coaches import Asker, learner_seen

COOKIE = "moment_console"
PATH = "/console"  # the learners' pages are sent no coach's cookie
CSRF_HEADER = "X-CSRF-Token"  # of scripts, from the page's <meta name="csrf">
CSRF_FIELD = "csrf"  # of forms
_SAFE = frozenset({"GET", "HEAD"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class AdminsOnly(MomentError):
    """A coach asked for what only admins may."""

    words = "console.admins_only"


class AllLearnersOnly(MomentError):
    """A coach who may see some learners only asked for what tells of all: to them it is not there."""

    words = "console.not_found"


class NotFromHere(MomentError):
    """Without the token that our pages send: another site's doing, or a page from before another sign-in."""

    words = "console.not_from_here"


class OwnAccess(MomentError):
    """An admin would take away their own rights: so one admin always stays."""

    words = "console.own_access"


async def asking(request: Request, db: Reading) -> Asker:
    """Raises CoachNotSignedIn, NotFromHere."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise CoachNotSignedIn("no cookie")
    asker = await db.run(signed_in, token)
    if request.method not in _SAFE:
        await db.close()  # who writes needs another connection, and holds one at a time
        if not hmac.compare_digest(await _csrf_sent(request), csrf_of(token)):
            raise NotFromHere(f"coach {asker.coach_id}")
    return asker


SignedInCoach = Annotated[Asker, Depends(asking)]


async def admin(asker: SignedInCoach) -> Asker:
    """Raises AdminsOnly, and as `asking`."""
    if not asker.is_admin:
        raise AdminsOnly(f"coach {asker.coach_id}")
    return asker


Admin = Annotated[Asker, Depends(admin)]


async def unlimited(asker: SignedInCoach) -> Asker:
    """Raises AllLearnersOnly, and as `asking`."""
    if asker.is_limited:
        raise AllLearnersOnly(f"coach {asker.coach_id}")
    return asker


UnlimitedCoach = Annotated[Asker, Depends(unlimited)]


def require_own_or_admin(asker: Asker, coach_id: int) -> None:
    """A coach takes learners to herself alone. Raises AdminsOnly."""
    if not asker.is_admin and coach_id != asker.coach_id:
        raise AdminsOnly(f"coach {asker.coach_id}")


async def learner_in_sight(user_id: UserId, asker: SignedInCoach, db: Reading) -> User:
    """Of the address's `user_id`, to be read. Raises LearnerNotInSight, and as `asking`."""
    return await db.run(learner_seen, asker, user_id)


async def in_sight(user_id: UserId, asker: SignedInCoach, db: Reading) -> None:
    """Before what was sent is looked at, and without a connection while it is kept. Raises LearnerNotInSight."""
    await db.run(learner_seen, asker, user_id)
    await db.close()


LearnerInSight = Annotated[User, Depends(learner_in_sight)]


def learner_to_change(user_id: UserId, asker: SignedInCoach, db: Transaction) -> User:
    """Of the address's `user_id`, in the request's transaction. Raises LearnerNotInSight, and as `asking`."""
    return learner_seen(db, asker, user_id)


LearnerToChange = Annotated[User, Depends(learner_to_change)]


def csrf_of(token: str) -> str:
    """Of a session, whose cookie another site can have sent but not read."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """No script reads it; another site's forms and pictures don't send it (SameSite=Lax)."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def delete_cookie(response: Response, *, secure: bool) -> None:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=secure)


async def _csrf_sent(request: Request) -> str:
    """ "" for none."""
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(_FORMS):
        sent = str((await request.form()).get(CSRF_FIELD, ""))
    return (sent or "").encode("ascii", "replace").decode()
