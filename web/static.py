"""A door's own scripts and styles."""

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope


class Static(StaticFiles):
    """Asked for again each time and answered with 304: a release must not meet modules of the one before."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
