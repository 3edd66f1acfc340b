"""What every page has: the coach who looks at it, where else they may go, and the token that forms send back."""

from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from console.identity import COOKIE, csrf_of
from console.parts import parts_behind
from models.base import JAPAN
from services.coaches import Asker
from web.templates import page_templates

TEMPLATES = page_templates(Path(__file__).parent / "pages" / "templates")

TEMPLATES.filters["japan"] = lambda time: f"{time.astimezone(JAPAN):%-m月%-d日 %H:%M}"


def render(
    request: Request, template: str, *, asker: Asker | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page; `asker` None where nobody is signed in."""
    page = TEMPLATES.get_template(template).render(
        asker=asker,
        csrf=csrf_of(request.cookies[COOKIE]) if asker is not None else "",
        path=request.url.path,
        desk_url=parts_behind(request).settings.line_api_url or "",
        **values,
    )
    return HTMLResponse(page, status)
