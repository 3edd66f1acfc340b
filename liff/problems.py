"""Errors as problem details (RFC 9457): `type` tells programs what happened, `detail` tells the learner, in Japanese."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from errors import MomentError
from jobs.leases import is_deleted
from knowledge_base import phrasebook
from line.login import LineKeysUnavailable, TokenInvalid
from models.database import Database
from models.rules.entitlement import EntitlementError
from models.user import User
from payments.port import PaymentsError
from services.awaited import UploadUnknown
from services.cooking import DishGone
from services.idempotency import KeyReused
from services.offered_file import FileTooLarge, FileUnfit
from services.onboarding import QuestionUnknown
from services.plan.checkout import NotForSale
from services.plan.links import PlanLinkOver
from services.profile import FriendNoMore, LearnerGone
from services.questions import TooManyQuestions
from services.record import DishNotFound
from services.sessions import NoSuchSession
from services.sign_in import CodeOver, NotSignedIn
from services.withdrawal import ClipUnknown
from storage.store import StoreError

MEDIA_TYPE = "application/problem+json"


class TooOften(MomentError):
    """`retry_after`: seconds until another try may do better."""

    words = "web.too_many"

    def __init__(self, learner_id: int, retry_after: int) -> None:
        super().__init__(f"learner {learner_id}")
        self.retry_after = retry_after


# By the nearest of an error's classes; all others say that what is asked does not fit what is: 409.
STATUSES: Mapping[type[MomentError], int] = {
    NotSignedIn: 401,
    LearnerGone: 401,
    TokenInvalid: 401,
    CodeOver: 401,
    LineKeysUnavailable: 503,
    EntitlementError: 403,
    FriendNoMore: 403,
    DishGone: 404,
    NoSuchSession: 404,
    KeyReused: 422,
    TooManyQuestions: 429,
    TooOften: 429,
    QuestionUnknown: 404,
    DishNotFound: 404,
    UploadUnknown: 404,
    ClipUnknown: 404,
    FileTooLarge: 413,
    FileUnfit: 422,
    StoreError: 503,
    PlanLinkOver: 410,
    NotForSale: 404,
    PaymentsError: 503,
}
_WORDS: Mapping[int, str] = {
    400: "web.not_understood",
    401: "web.sign_in_again",
    403: "web.not_from_here",
    404: "web.not_found",
    405: "web.not_understood",
    413: "web.too_large",
    422: "web.not_understood",
    429: "web.too_many",
}


class WrongField(BaseModel):
    """Where in the request something is wrong, and what, in English."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    type: str = Field(description="urn:moment:problem:… – stable, for programs")
    title: str
    status: int
    detail: str = Field(description="For the learner, in Japanese")
    errors: list[WrongField] = []


_REFERENCE = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
# What every operation may answer besides its own, for the OpenAPI document (liff/api/document.py has the schema).
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: _REFERENCE}}
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}


def status_of(error: MomentError) -> int:
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 409)


def words_of(status: int) -> str:
    """The key of what a learner is told of a status that no error of ours explains."""
    return _WORDS.get(status, "something_wrong")


def problem(
    status: int, words: str, facts: Mapping[str, str] | None = None, errors: list[WrongField] | None = None
) -> JSONResponse:
    """The answer; `words` is a key of the phrasebook's PHRASES."""
    body = Problem(
        type=f"urn:moment:problem:{words.removeprefix('web.')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=phrasebook.phrase(words, **(facts or {})),
        errors=errors or [],
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def _has_left(request: Request) -> bool:
    learner_id: int | None = getattr(request.state, "learner_id", None)
    database: Database = request.app.state.parts.database
    return learner_id is not None and is_deleted(database, User, learner_id)


def answer_with_problems(app: FastAPI) -> None:
    """Whatever goes wrong in this app is answered with problem details."""

    @app.exception_handler(MomentError)
    def ours(_request: Request, error: MomentError) -> JSONResponse:
        answer = problem(status_of(error), error.words_key, error.facts)
        if isinstance(error, TooOften):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    @app.exception_handler(SQLAlchemyError)
    def of_the_database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        if _has_left(request):  # while this was being done
            return problem(401, "web.sign_in_again")
        raise error

    @app.exception_handler(RequestValidationError)
    def wrong_input(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input itself: it may be a learner's words.
        fields = [WrongField(loc=list(each["loc"]), msg=each["msg"]) for each in error.errors()]
        return problem(422, "web.not_understood", errors=fields)

    @app.exception_handler(HTTPException)
    def of_the_framework(_request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, words_of(error.status_code))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "something_wrong")  # the server's own middleware logs the error
