"""Whatever goes wrong on a page is a page too, with what to do next."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from errors import MomentError
from knowledge_base import phrasebook
from liff.pages.shell import render
from liff.parts import Parts
from liff.problems import TooOften, status_of, words_of


def answer_with_pages(
    pages: FastAPI,
    parts: Parts,
    template: str = "error.html",
    words: str = "common",
    more: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """`template` is rendered with `text` and what `more` gives, in the page's own `words`."""

    def error_page(status: int, key: str, **facts: str) -> Response:
        text = phrasebook.phrase(key, **facts)
        return render(parts, template, words=words, status=status, text=text, **more())

    @pages.exception_handler(MomentError)
    def ours(_request: Request, error: MomentError) -> Response:
        page = error_page(status_of(error), error.words_key, **error.facts)
        if isinstance(error, TooOften):
            page.headers["Retry-After"] = str(error.retry_after)
        return page

    @pages.exception_handler(RequestValidationError)
    def wrong_address(_request: Request, _error: RequestValidationError) -> Response:
        return error_page(404, "web.not_found")

    @pages.exception_handler(HTTPException)
    def of_the_framework(_request: Request, error: HTTPException) -> Response:
        return error_page(error.status_code, words_of(error.status_code))

    @pages.exception_handler(Exception)
    def unexpected(_request: Request, _error: Exception) -> Response:
        return error_page(500, "something_wrong")  # the server's own middleware logs the error
