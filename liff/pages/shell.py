"""What every page has: its words, who is looking at it, and the signing in that comes before."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from knowledge_base.pages import page_words
from liff.identity import session_token
from liff.parts import Parts, PartsOf, Transaction
from models.user import User
from services.sign_in import NotSignedIn, learner_signed_in
from web.templates import page_templates

_TEMPLATES = page_templates(Path(__file__).parent / "templates")


class SignInFirst(Exception):
    """Not an error: the page is shown once the browser has signed in."""


def page_learner(request: Request, db: Transaction) -> User:
    """Raises SignInFirst, also at the address that LINE opens first: its SDK leads to the page itself from there (LINE docs:
    Opening a LIFF app, "primary redirect URL")."""
    if "liff.state" in request.query_params:
        raise SignInFirst
    try:
        return learner_signed_in(db, session_token(request) or "")
    except NotSignedIn as error:
        raise SignInFirst from error


PageLearner = Annotated[User, Depends(page_learner)]


def render(
    parts: Parts, template: str, *, words: str, liff_id: str | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page; `words` names its file of words, `liff_id` its LIFF app where that is not the pages' own."""
    page = _TEMPLATES.get_template(template).render(
        words=page_words(words),
        liff_id=liff_id or parts.apps.pages or "",
        liff_sdk=parts.apps.sdk_url,
        desk_url=parts.settings.line_api_url or "",
        **values,
    )
    return HTMLResponse(page, status)


def sign_in_page(request: Request, parts: PartsOf) -> HTMLResponse:
    """Signs in by LIFF and shows the page that was asked for."""
    return render(
        parts,
        "sign_in.html",
        words="common",
        liff_id=_app_of(parts, request.url.path),
        friend_url=parts.friend_link.url(),
    )


def _app_of(parts: Parts, path: str) -> str | None:
    """The LIFF app whose endpoint is above this page, where it is not the pages' own."""
    own = {"/liff/upload": parts.apps.upload, "/liff/companion": parts.apps.companion}
    return next((liff_id for start, liff_id in own.items() if path.startswith(start)), None)
