"""Signing in: LIFF's ID token, or a one-time code, is exchanged for our cookie."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from liff.bounded import BoundedRoute
from liff.identity import CurrentLearner, ReadingLearner, delete_cookie, learner_of, session_token, set_cookie
from liff.parts import PartsOf, Transaction
from models.user import SubscriptionStatus, User
from services.names import called
from services.privacy import delete_learner
from services.sign_in import NotSignedIn, learner_signed_in, new_code, sign_in, sign_out, use_code

PAGE = r"^/liff(/[A-Za-z0-9_-]+)*/?$"

router = APIRouter(prefix="/auth", tags=["auth"], route_class=BoundedRoute)


class IdToken(BaseModel):
    id_token: str = Field(max_length=8192, description="`liff.getIDToken()`")


class SignIn(BaseModel):
    is_other: bool = Field(
        description="The browser was signed in as somebody else until now: load the page again"
    )


class Code(BaseModel):
    code: str = Field(min_length=20, max_length=100)


class NextPage(BaseModel):
    page: Annotated[str, Field(max_length=200, pattern=PAGE, description="Where it leads, /liff/…")] = (
        "/liff/"
    )


class CodeLink(BaseModel):
    url: str = Field(description="Opens the page in an ordinary browser, once, within five minutes")


class Me(BaseModel):
    """The learner who asks."""

    id: int
    first_name: str
    onboarding_done: bool
    subscription_status: SubscriptionStatus


class Leaving(BaseModel):
    asked_at: datetime = Field(description="Since when the deletion is under way")


@router.get("/me")
async def me(learner: ReadingLearner) -> Me:
    return Me(
        id=learner.id,
        first_name=called(learner),
        onboarding_done=learner.onboarding_done,
        subscription_status=learner.subscription_status,
    )


@router.delete("/me", status_code=202, summary="Delete all that is kept of the learner")
def delete_me(learner: CurrentLearner, response: Response, parts: PartsOf, db: Transaction) -> Leaving:
    """The plan ends first, then everything goes, within moments unless the payments are away. The learner is signed out
    everywhere at once; what was paid stays on record, and names nobody."""
    deletion = delete_learner(db, learner)
    delete_cookie(response, secure=parts.is_secure)
    return Leaving(asked_at=deletion.asked_at)


@router.post("/session")
def open_session(
    body: IdToken, request: Request, response: Response, parts: PartsOf, db: Transaction
) -> SignIn:
    """Exchanges LIFF's ID token for our cookie."""
    learner = learner_of(parts, db, body.id_token)
    return _open(request, response, parts, db, learner)


@router.post("/session/code")
def open_session_by_code(
    body: Code, request: Request, response: Response, parts: PartsOf, db: Transaction
) -> SignIn:
    """Exchanges a one-time code for our cookie, in the browser it was carried to."""
    return _open(request, response, parts, db, use_code(db, body.code))


@router.delete("/session", status_code=204)
def close_session(request: Request, response: Response, parts: PartsOf, db: Transaction) -> None:
    if token := session_token(request):
        sign_out(db, token)
    delete_cookie(response, secure=parts.is_secure)


@router.post("/codes", status_code=201)
def make_code(body: NextPage, learner: CurrentLearner, parts: PartsOf, db: Transaction) -> CodeLink:
    """A link that carries the learner into an ordinary browser (LINE docs: Using the LINE URL scheme,
    openExternalBrowser). The code stands behind the #, which no server and no log sees."""
    query = urlencode({"openExternalBrowser": 1, "page": body.page})
    return CodeLink(url=f"{parts.settings.public_url}/liff/enter?{query}#{new_code(db, learner)}")


def _open(request: Request, response: Response, parts: PartsOf, db: Transaction, learner: User) -> SignIn:
    before = _signed_in_until_now(request, db)
    if before is not None and (token := session_token(request)):
        sign_out(db, token)
    set_cookie(response, sign_in(db, learner), secure=parts.is_secure)
    return SignIn(is_other=before is not None and before.id != learner.id)


def _signed_in_until_now(request: Request, db: Transaction) -> User | None:
    try:
        return learner_signed_in(db, session_token(request) or "")
    except NotSignedIn:
        return None
