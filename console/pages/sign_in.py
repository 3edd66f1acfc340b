"""Coming in by LINE Login, perhaps with an invitation, and going out."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session as DbSession

from console import attempts
from console.attempts import SignInAttempt, SignInClosed, SignInDenied
from console.failures import status_of
from console.identity import PATH, SignedInCoach, delete_cookie, set_cookie
from console.parts import Parts, PartsOf, Reading, Transaction
from console.shell import render
from errors import MomentError
from knowledge_base import phrasebook
from line.login import Identity
from line.web_login import Attempt, LineLoginUnavailable, LoginRefused, WebLogin
from services import coach_sign_in, coaches
from services.coach_sign_in import NoCoach
from services.coaches import AccountTaken, InvitationOver
from settings import Settings

HOME = f"{PATH}/"
CALLBACK = f"{PATH}/callback"

router = APIRouter()


@router.get("/sign-in")
async def sign_in(request: Request, parts: PartsOf, to: str = HOME) -> HTMLResponse:
    if parts.login is None:
        raise SignInClosed
    return _sign_in_page(request, to=to)


@router.get("/invitations/{token}")
async def invitation(request: Request, token: str, db: Reading) -> HTMLResponse:
    """A mere look, such as a preview's, uses no invitation up. Raises InvitationOver."""
    coach = await db.run(coaches.invited_coach, token)
    return render(request, "invitation.html", name=coach.name, link=_login_link(HOME, invitation=token))


@router.get("/sign-in/line")
async def go_to_line(
    parts: PartsOf, to: str = HOME, invitation: str | None = None, *, auto_login: bool = True
) -> Response:
    attempt = SignInAttempt(
        line=Attempt.new(), to=_own_page(to), invitation=invitation, auto_login=auto_login
    )
    return _to_line(parts, attempt)


@router.get("/callback")
def come_back(request: Request, parts: PartsOf, state: str = "", code: str = "", error: str = "") -> Response:
    attempt = attempts.kept(request)
    if attempt is not None and state != attempt.line.state and attempt.auto_login:
        # So LINE's auto login fails (LINE docs: How to handle auto login failure): once more, without it.
        return _to_line(parts, attempt.model_copy(update={"line": Attempt.new(), "auto_login": False}))
    try:
        answer = _let_in(parts, attempt, state, code, error)
    except (
        LoginRefused,
        LineLoginUnavailable,
        SignInDenied,
        NoCoach,
        InvitationOver,
        AccountTaken,
    ) as problem:
        to, invitation = (attempt.to, attempt.invitation) if attempt else (HOME, None)
        answer = _sign_in_page(request, to=to, invitation=invitation, problem=problem)
    attempts.forget(answer, parts)
    return answer


@router.post("/sign-out")
def sign_out(asker: SignedInCoach, db: Transaction, parts: PartsOf) -> Response:
    coach_sign_in.sign_out(db, asker)
    return _signed_out(parts)


@router.post("/sign-out-everywhere")
def sign_out_everywhere(asker: SignedInCoach, db: Transaction, parts: PartsOf) -> Response:
    coach_sign_in.sign_out_everywhere(db, asker)
    return _signed_out(parts)


def _let_in(parts: Parts, attempt: SignInAttempt | None, state: str, code: str, error: str) -> Response:
    """Raises LoginRefused, SignInDenied, LineLoginUnavailable, NoCoach, InvitationOver, AccountTaken."""
    if attempt is None or state != attempt.line.state:
        raise LoginRefused("no attempt of this browser's is under way, or it is over")
    if error:
        raise SignInDenied
    identity = _login_of(parts).identity(attempt.line, code)
    with parts.database.transaction() as db:
        token = _session(db, identity, attempt.invitation)
    answer = RedirectResponse(attempt.to, 303)
    set_cookie(answer, token, secure=parts.is_secure)
    return answer


def _session(db: DbSession, identity: Identity, invitation: str | None) -> str:
    """Its token. Raises NoCoach, InvitationOver, AccountTaken."""
    if invitation is not None:
        return coach_sign_in.sign_in(db, coaches.accept(db, invitation, identity.line_user_id))
    return coach_sign_in.sign_in(db, coach_sign_in.coach_of_account(db, identity.line_user_id))


def _to_line(parts: Parts, attempt: SignInAttempt) -> Response:
    """Raises SignInClosed."""
    address = _login_of(parts).address(attempt.line, auto_login=attempt.auto_login)
    answer = RedirectResponse(address, 303)
    attempts.keep(answer, parts, attempt)
    return answer


def _login_of(parts: Parts) -> WebLogin:
    """Raises SignInClosed."""
    if parts.login is None:
        raise SignInClosed
    return parts.login


def _sign_in_page(
    request: Request, *, to: str, invitation: str | None = None, problem: MomentError | None = None
) -> HTMLResponse:
    """What has failed by itself is tried again without that."""
    return render(
        request,
        "sign_in.html",
        status=status_of(problem) if problem else 200,
        problem=phrasebook.phrase(problem.words_key) if problem else "",
        link=_login_link(to, invitation=invitation, auto_login=problem is None),
    )


def _login_link(to: str, *, invitation: str | None = None, auto_login: bool = True) -> str:
    query = {"to": _own_page(to)}
    if invitation is not None:
        query["invitation"] = invitation
    if not auto_login:
        query["auto_login"] = "false"
    return f"{PATH}/sign-in/line?{urlencode(query)}"


def invitation_link(settings: Settings, token: str) -> str:
    return f"{settings.public_url}{PATH}/invitations/{token}"


def _own_page(to: str) -> str:
    """Nobody is led elsewhere by a link that begins here."""
    return to if to.startswith(HOME) else HOME


def _signed_out(parts: Parts) -> Response:
    answer = RedirectResponse(f"{PATH}/sign-in", 303)
    delete_cookie(answer, secure=parts.is_secure)
    return answer
