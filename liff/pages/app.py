"""The pages as an app of its own: whatever goes wrong is a page too."""

from pathlib import Path

from fastapi import FastAPI, Request, Response

from liff.pages import companion, dishes, enter, progress, quiz, session, upload
from liff.pages.failures import answer_with_pages
from liff.pages.shell import SignInFirst, sign_in_page
from liff.parts import Parts
from web.static import Static

STATIC = Path(__file__).parents[1] / "static"
ROUTERS = (
    enter.router,
    quiz.router,
    progress.router,
    dishes.router,
    session.router,
    upload.router,
    companion.router,
)


def make_pages(parts: Parts) -> FastAPI:
    pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages.state.parts = parts
    pages.mount("/static", Static(STATIC), name="static")
    for router in ROUTERS:
        pages.include_router(router)
    answer_with_pages(pages, parts)

    @pages.exception_handler(SignInFirst)
    def sign_in_first(request: Request, _asked: Exception) -> Response:
        return sign_in_page(request, parts)

    return pages
