"""Coming in and going out."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from console.identity import SignedInCoach, delete_cookie
from console.parts import PartsOf, Transaction
from console.shell import render
from services import coach_sign_in

router = APIRouter()


@router.get("/sign-in")
async def sign_in(request: Request) -> HTMLResponse:
    return render(request, "sign_in.html")


@router.post("/sign-out")
def sign_out(asker: SignedInCoach, db: Transaction, parts: PartsOf) -> RedirectResponse:
    coach_sign_in.sign_out(db, asker)
    return _signed_out(parts.is_secure)


@router.post("/sign-out-everywhere")
def sign_out_everywhere(asker: SignedInCoach, db: Transaction, parts: PartsOf) -> RedirectResponse:
    coach_sign_in.sign_out_everywhere(db, asker)
    return _signed_out(parts.is_secure)


def _signed_out(secure: bool) -> RedirectResponse:
    answer = RedirectResponse("/console/sign-in", 303)
    delete_cookie(answer, secure=secure)
    return answer
