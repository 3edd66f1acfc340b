"""A door's own scripts and styles, and the styles that doors share."""

from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope


class Static(StaticFiles):
    """Asked for again each time and answered with 304: a release must not meet modules of the one before."""

    def __init__(self, own: Path) -> None:
        super().__init__(directory=own, packages=[("web", "styles")])

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
