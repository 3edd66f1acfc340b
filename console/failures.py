"""Whatever goes wrong is a page too, with what to do next."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse

from console.attempts import SignInClosed, SignInDenied
from console.identity import PATH, AdminsOnly, AllLearnersOnly, NotFromHere, OwnAccess
from console.shell import render
from errors import MomentError
from knowledge_base import phrasebook
from knowledge_base.quiz import WrongAnswer
from line.web_login import LineLoginUnavailable, LoginRefused
from services.coach_messages import AttachmentUnfit
from services.coach_sign_in import CoachNotSignedIn, NoCoach
from services.coaches import CoachNameUnfit, CoachUnknown, InvitationOver, LearnerNotInSight
from services.demonstrations import DemonstrationGone, RecordingUnfit
from services.export.wish import ExportNotMade
from services.reminder_pause import DayUnfit
from services.sessions import NoSuchSession
from services.threads.saved_filters import FilterNameUnfit
from storage.store import StoreError

# By the nearest of an error's classes; all others say that what is asked does not fit what is: 409.
STATUSES: Mapping[type[MomentError], int] = {
    CoachNotSignedIn: 401,
    SignInDenied: 401,
    SignInClosed: 503,
    NoCoach: 403,
    AdminsOnly: 403,
    OwnAccess: 403,
    NotFromHere: 403,
    LoginRefused: 401,
    LineLoginUnavailable: 503,
    LearnerNotInSight: 404,
    AllLearnersOnly: 404,
    NoSuchSession: 404,
    CoachUnknown: 404,
    DemonstrationGone: 404,
    RecordingUnfit: 422,
    AttachmentUnfit: 422,
    InvitationOver: 410,
    ExportNotMade: 404,
    CoachNameUnfit: 422,
    DayUnfit: 422,
    WrongAnswer: 422,
    StoreError: 503,
    FilterNameUnfit: 422,
}
_WORDS: Mapping[int, str] = {
    403: "console.not_from_here",
    404: "console.not_found",
    405: "console.not_understood",
}
# Before any page of ours can have sent it.
FROM_ELSEWHERE = PlainTextResponse(phrasebook.phrase("console.not_from_here"), 403)


def answer_with_pages(console: FastAPI) -> None:
    @console.exception_handler(CoachNotSignedIn)
    def sign_in_first(request: Request, _error: MomentError) -> Response:
        """A page is shown once they have signed in; what was to be done is not done behind their back."""
        if request.method != "GET":
            return _error_page(request, 401, "console.sign_in_again")
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{PATH}/sign-in?{urlencode({'to': asked})}", 303)

    @console.exception_handler(MomentError)
    def ours(request: Request, error: MomentError) -> Response:
        return _error_page(request, status_of(error), error.words_key, **error.facts)

    @console.exception_handler(RequestValidationError)
    def wrong_input(request: Request, _error: RequestValidationError) -> Response:
        if request.method == "GET":
            return _error_page(request, 404, "console.not_found")
        return _error_page(request, 422, "console.not_understood")

    @console.exception_handler(HTTPException)
    def of_the_framework(request: Request, error: HTTPException) -> Response:
        return _error_page(request, error.status_code, _WORDS.get(error.status_code, "something_wrong"))

    @console.exception_handler(Exception)
    def unexpected(request: Request, _error: Exception) -> Response:
        return _error_page(request, 500, "something_wrong")  # the server's own middleware logs the error


def status_of(error: MomentError) -> int:
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 409)


def _error_page(request: Request, status: int, key: str, **facts: str) -> Response:
    title = f"{status} {HTTPStatus(status).phrase}"
    return render(request, "error.html", status=status, title=title, text=phrasebook.phrase(key, **facts))
