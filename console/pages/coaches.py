"""Who may come in, as admins see and change it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session as DbSession

from console.fields import CoachId, UserId, UserIdInForm
from console.identity import PATH, Admin, OwnAccess
from console.pages.sign_in import invitation_link
from console.parts import Reading, Transaction, parts_behind
from console.shell import render
from models.coach import Coach
from services import coaches, review
from services.coaches import Asker

LIST = f"{PATH}/coaches"

router = APIRouter(prefix="/coaches")


@router.get("")
async def all_coaches(request: Request, asker: Admin, db: Reading) -> HTMLResponse:
    rows = await db.run(coaches.coaches)
    pause = await db.run(review.pause_of_all)
    return render(
        request,
        "coaches.html",
        asker=asker,
        rows=rows,
        invited=None,
        link="",
        pause=pause,
        pauses=review.MINUTES,
    )


@router.post("")
def invite(
    request: Request,
    asker: Admin,
    db: Transaction,
    name: Annotated[str, Form(max_length=100)],
    access: Annotated[Literal["all", "assigned", "admin"], Form()],
) -> HTMLResponse:
    """Raises CoachNameUnfit, CoachNameTaken."""
    invited = coaches.invite(
        db, name, by=asker.coach_id, is_admin=access == "admin", is_limited=access == "assigned"
    )
    return _with_link(request, asker, db, invited.coach, invited.token)


@router.post("/{coach_id}/invitation")
def invite_anew(request: Request, coach_id: CoachId, asker: Admin, db: Transaction) -> HTMLResponse:
    """Raises CoachUnknown."""
    token = coaches.new_invitation(db, coach_id, by=asker.coach_id)
    return _with_link(request, asker, db, coaches.coach_of(db, coach_id), token)


@router.get("/{coach_id}")
async def one_coach(
    request: Request, coach_id: CoachId, asker: Admin, db: Reading, q: str = ""
) -> HTMLResponse:
    """Raises CoachUnknown."""
    coach = await db.run(coaches.coach_of, coach_id)
    assigned = await db.run(coaches.assigned_learners, coach_id)
    found = await db.run(coaches.learners_to_assign, coach_id, q.strip()) if q.strip() else []
    return render(request, "coach.html", asker=asker, coach=coach, assigned=assigned, found=found, q=q)


@router.post("/{coach_id}/remove")
def remove(coach_id: CoachId, asker: Admin, db: Transaction) -> RedirectResponse:
    """Raises OwnAccess, CoachUnknown."""
    if coach_id == asker.coach_id:
        raise OwnAccess(f"coach {coach_id}")
    coaches.remove(db, coach_id, by=asker.coach_id)
    return RedirectResponse(LIST, 303)


@router.post("/{coach_id}/limit")
def limit(
    coach_id: CoachId, asker: Admin, db: Transaction, is_limited: Annotated[bool, Form()]
) -> RedirectResponse:
    """Raises CoachUnknown, AdminSeesAll."""
    coaches.limit(db, coach_id, is_limited=is_limited, by=asker.coach_id)
    return _back_to(coach_id)


@router.post("/{coach_id}/assignments")
def assign(coach_id: CoachId, asker: Admin, db: Transaction, user_id: UserIdInForm) -> RedirectResponse:
    """Raises CoachUnknown, LearnerNotInSight."""
    coaches.assign(db, coach_id, user_id, by=asker.coach_id)
    return _back_to(coach_id)


@router.post("/{coach_id}/assignments/{user_id}/remove")
def unassign(coach_id: CoachId, user_id: UserId, asker: Admin, db: Transaction) -> RedirectResponse:
    coaches.unassign(db, coach_id, user_id, by=asker.coach_id)
    return _back_to(coach_id)


def _with_link(request: Request, asker: Asker, db: DbSession, coach: Coach, token: str) -> HTMLResponse:
    """The page that shows the link, this once."""
    link = invitation_link(parts_behind(request).settings, token)
    rows, pause = coaches.coaches(db), review.pause_of_all(db)
    return render(
        request,
        "coaches.html",
        asker=asker,
        rows=rows,
        invited=coach,
        link=link,
        pause=pause,
        pauses=review.MINUTES,
    )


def _back_to(coach_id: int) -> RedirectResponse:
    return RedirectResponse(f"{LIST}/{coach_id}", 303)
