"""The pages as an app of its own: whatever goes wrong is a page too."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from errors import MomentError
from knowledge_base import phrasebook
from liff.pages import dishes, enter, progress, quiz, session, upload
from liff.pages.shell import SignInFirst, render, sign_in_page
from liff.parts import Parts
from liff.problems import status_of, words_of

STATIC = Path(__file__).parents[1] / "static"
ROUTERS = (
    enter.router,
    quiz.router,
    progress.router,
    dishes.router,
    session.router,
    upload.router,
)


class Static(StaticFiles):
    """Asked for again each time and answered with 304: a release must not meet modules of the one before."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def make_pages(parts: Parts) -> FastAPI:
    pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages.state.parts = parts
    pages.mount("/static", Static(directory=STATIC), name="static")
    for router in ROUTERS:
        pages.include_router(router)
    _answer_with_pages(pages, parts)
    return pages


def _answer_with_pages(pages: FastAPI, parts: Parts) -> None:
    def error_page(status: int, words: str, **facts: str) -> Response:
        text = phrasebook.phrase(words, **facts)
        return render(parts, "error.html", words="common", status=status, text=text)

    @pages.exception_handler(SignInFirst)
    def sign_in_first(request: Request, _asked: Exception) -> Response:
        return sign_in_page(request, parts)

    @pages.exception_handler(MomentError)
    def ours(_request: Request, error: MomentError) -> Response:
        return error_page(status_of(error), error.words_key, **error.facts)

    @pages.exception_handler(RequestValidationError)
    def wrong_address(_request: Request, _error: RequestValidationError) -> Response:
        return error_page(404, "web.not_found")

    @pages.exception_handler(HTTPException)
    def of_the_framework(_request: Request, error: HTTPException) -> Response:
        return error_page(error.status_code, words_of(error.status_code))

    @pages.exception_handler(Exception)
    def unexpected(_request: Request, _error: Exception) -> Response:
        return error_page(500, "something_wrong")  # the server's own middleware logs the error
