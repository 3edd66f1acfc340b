"""One learner: what the coaches know of them, and what is done about them rather than said to them."""

import unicodedata
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from console.fields import CoachId, CoachIdInForm, UserId
from console.identity import (
    PATH,
    Admin,
    LearnerInSight,
    LearnerToChange,
    SignedInCoach,
    require_own_or_admin,
)
from console.learner_view import view_of
from console.pages.wording import WORDS
from console.parts import PartsOf, Reading, Transaction
from console.shell import render
from knowledge_base import phrasebook
from knowledge_base.pages import page_words
from models.coaching import RatingAspect
from models.user import User
from services import coaches
from services.coaches import Asker, audit, learner_seen
from services.export.wish import ExportNotMade, ask_for_admin, made_export
from services.marks_chart import DRAWING
from services.names import READING, WISH, called
from services.onboarding import save_profile
from services.privacy import delete_learner
from services.reminder_pause import pause_reminders, resume_reminders
from storage.store import ObjectMissing

router = APIRouter(prefix="/threads/{user_id}/learner")

Name = Annotated[str, Form(max_length=100)]


@router.get("")
async def learner(request: Request, user: LearnerInSight, asker: SignedInCoach, db: Reading) -> HTMLResponse:
    return render(
        request,
        "learner.html",
        asker=asker,
        words=WORDS,
        view=await db.run(view_of, asker, user),
        chart=DRAWING,
        chart_words=page_words("progress"),
        aspects=[phrasebook.ASPECT_NAMES[aspect] for aspect in RatingAspect],
    )


@router.post("/name")
def correct_name(
    user: LearnerToChange, asker: SignedInCoach, db: Transaction, name: Name = "", reading: Name = ""
) -> RedirectResponse:
    """How they are addressed, in writing and aloud: all else of their profile only they themselves change. Raises
    WrongAnswer."""
    save_profile(db, user, {WISH: name, READING: reading})
    audit(db, asker.coach_id, "learner.name", user_id=user.id)
    return _back_to(user)


@router.post("/coaches")
def assign(
    user: LearnerToChange, asker: SignedInCoach, db: Transaction, coach_id: CoachIdInForm
) -> RedirectResponse:
    """Raises AdminsOnly, CoachUnknown."""
    require_own_or_admin(asker, coach_id)
    coaches.assign(db, coach_id, user.id, by=asker.coach_id)
    return _back_to(user)


@router.post("/coaches/{coach_id}/remove")
def unassign(coach_id: CoachId, asker: Admin, user: LearnerToChange, db: Transaction) -> RedirectResponse:
    coaches.unassign(db, coach_id, user.id, by=asker.coach_id)
    return _back_to(user)


@router.post("/reminders/pause")
def pause(
    user: LearnerToChange,
    asker: SignedInCoach,
    db: Transaction,
    last_day: Annotated[date | None, Form()] = None,
) -> RedirectResponse:
    """Raises DayUnfit."""
    pause_reminders(db, user, asker.coach_id, last_day)
    return _back_to(user)


@router.post("/reminders/resume")
def resume(user: LearnerToChange, asker: SignedInCoach, db: Transaction) -> RedirectResponse:
    resume_reminders(db, user, asker.coach_id)
    return _back_to(user)


@router.post("/export")
def export(asker: Admin, user: LearnerToChange, db: Transaction) -> RedirectResponse:
    """Raises LearnerLeaving."""
    ask_for_admin(db, user)
    audit(db, asker.coach_id, "export.ask", user_id=user.id)
    return _back_to(user)


@router.post("/export/download")
def download(user_id: UserId, asker: Admin, parts: PartsOf) -> StreamingResponse:
    """By no link that could be passed on. Raises ExportNotMade, LearnerNotInSight, StoreError."""
    with parts.database.transaction() as db:
        learner_seen(db, asker, user_id)
        key = made_export(db, user_id).object_key
        audit(db, asker.coach_id, "export.download", user_id=user_id)
    try:
        size, chunks = parts.store.describe(key).bytes, parts.store.read(key)
    except ObjectMissing as error:  # something of it was taken back just now
        raise ExportNotMade(f"user {user_id}") from error
    headers = {
        "Content-Disposition": f'attachment; filename="moment-data-{user_id}.zip"',
        "Content-Length": str(size),
    }
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)


@router.get("/delete")
async def ask_to_delete(request: Request, asker: Admin, user: LearnerInSight) -> HTMLResponse:
    return _delete_page(request, asker, user)


@router.post("/delete")
def delete(
    request: Request, asker: Admin, user: LearnerToChange, db: Transaction, name: Name = ""
) -> Response:
    """Everything of theirs, as if they had asked themselves. Their name is typed, so that nobody deletes the wrong one."""
    if _folded(name) != _folded(called(user)):
        return _delete_page(request, asker, user, problem=phrasebook.phrase("console.name_differs"))
    delete_learner(db, user)
    audit(db, asker.coach_id, "learner.delete", user_id=user.id)
    return RedirectResponse(f"{PATH}/threads", 303)


def _delete_page(request: Request, asker: Asker, user: User, *, problem: str = "") -> HTMLResponse:
    return render(
        request,
        "learner_delete.html",
        asker=asker,
        status=422 if problem else 200,
        user_id=user.id,
        name=called(user),
        problem=problem,
    )


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _back_to(user: User) -> RedirectResponse:
    return RedirectResponse(f"{PATH}/threads/{user.id}/learner", 303)
