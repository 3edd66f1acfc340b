"""Where a one-time code leads: a page that exchanges it. A mere GET, such as a preview's, uses no code up."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from liff.api.sign_in import PAGE
from liff.pages.shell import render
from liff.parts import PartsOf

router = APIRouter()


@router.get("/enter")
def enter(
    parts: PartsOf, page: Annotated[str, Query(pattern=PAGE, max_length=200)] = "/liff/"
) -> HTMLResponse:
    return render(parts, "enter.html", words="common", page=page)
