"""On a desk, where LINE is a simulator: one link signs in without its pages. Elsewhere there is no such address."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from console.identity import set_cookie
from console.pages.sign_in import HOME
from console.parts import PartsOf, Transaction
from services import coaches
from services.coach_sign_in import sign_in
from services.coaches import InvitationOver

router = APIRouter()


@router.get("/desk/{token}")
def enter(token: str, db: Transaction, parts: PartsOf) -> Response:
    """By the invitation of a coach who has a LINE account already, and keeps it. Raises InvitationOver."""
    invited = coaches.invited_coach(db, token)
    if invited.line_user_id is None:
        raise InvitationOver("of a coach who has no LINE account yet")
    answer = RedirectResponse(HOME, 303)
    coach = coaches.accept(db, token, invited.line_user_id)
    set_cookie(answer, sign_in(db, coach), secure=parts.is_secure)
    return answer
