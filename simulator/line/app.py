"""LINE's API, the desk and the chat page as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from simulator.http.desk import DeskControls
from simulator.http.errors import HttpError, answer_error
from simulator.line import (
    account,
    content,
    desk,
    desk_controls,
    desk_events,
    desk_groups,
    desk_liff,
    desk_views,
    group_chats,
    liff_server,
    messaging,
    oauth,
    rich_menus,
    web_login,
)
from simulator.line.border import LineBorder
from simulator.line.faults import Fault
from simulator.line.state import Platform
from simulator.line.webhooks import Webhooks

PAGE = Path(__file__).parents[1] / "page"
FONTS = "pylopdf_fonts_jp"  # a package of Japanese fonts: the page must read well on a machine without any
# LIFF pages live on another loopback port; no other site may drive the desk.
LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def make_line_app(platform: Platform) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        platform.config.media_dir.mkdir(parents=True, exist_ok=True)
        app.state.webhooks = Webhooks(platform)
        yield
        await app.state.webhooks.close()

    app = FastAPI(
        title="LINE on the desk", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.platform = platform
    # Fixed paths (/content/transcoding, /quota) stand before those with parameters.
    # As they are: `include_router` would build each of the hundred routes anew, at the first request.
    for module in (messaging, content, account, group_chats, rich_menus, oauth, web_login):
        app.router.routes.extend(module.router.routes)
    for desk_module in (desk, desk_events, desk_groups, desk_views, desk_controls, desk_liff, liff_server):
        app.router.routes.extend(desk_module.router.routes)
    app.router.routes.extend(DeskControls("/desk", platform, Fault).routes)
    app.add_middleware(LineBorder, platform=platform)
    app.add_middleware(
        CORSMiddleware, allow_origin_regex=LOOPBACK_ORIGIN, allow_methods=["*"], allow_headers=["*"]
    )
    _add_error_shapes(app)
    app.mount("/page/fonts", StaticFiles(packages=[(FONTS, ".")]), name="fonts")
    app.mount("/page", StaticFiles(directory=PAGE, check_dir=False), name="page")

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    return app


def _add_error_shapes(app: FastAPI) -> None:
    """LINE and the desk answer errors each in a shape of its own, also those the framework raises."""

    app.add_exception_handler(HttpError, answer_error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
        return JSONResponse({"error": problems}, 400)

    @app.exception_handler(HTTPException)
    async def framework_error(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith(("/v2/", "/oauth2/", "/user/")):
            message = "Not found" if error.status_code == 404 else str(error.detail)
            return JSONResponse({"message": message}, error.status_code)
        return JSONResponse({"error": str(error.detail)}, error.status_code)
