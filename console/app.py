"""This door's routes: all of the console under /console, and what its pages load."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from console.failures import FROM_ELSEWHERE, answer_with_pages
from console.headers import policy_of_console
from console.identity import PATH
from console.pages import (
    attachments,
    coaches,
    demonstration,
    desk,
    home,
    learner,
    review,
    saved_filters,
    service,
    session,
    sign_in,
    stream,
    thread,
    threads,
)
from console.parts import Parts
from web.headers import SecurityHeaders
from web.origin import OriginGuard
from web.slashes import WithoutSlash
from web.static import Static

STATIC = Path(__file__).parent / "static"
ROUTERS = (
    home.router,
    sign_in.router,
    coaches.router,
    threads.router,
    thread.router,
    attachments.router,
    review.router,
    session.router,
    learner.router,
    demonstration.router,
    saved_filters.router,
    stream.router,
    service.router,
)


def console_routes(parts: Parts) -> list[BaseRoute]:
    middleware = [
        Middleware(WithoutSlash),
        Middleware(SecurityHeaders, policy=policy_of_console(parts)),
        Middleware(OriginGuard, origin=parts.settings.public_url, refusal=FROM_ELSEWHERE),
        Middleware(GZipMiddleware),
    ]
    return [
        Route(PATH, RedirectResponse(f"{PATH}/")),  # as one types it
        Mount(PATH, make_console(parts), middleware=middleware),
    ]


def make_console(parts: Parts) -> FastAPI:
    console = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    console.state.parts = parts
    console.mount("/static", Static(STATIC), name="static")
    for router in ROUTERS:
        console.include_router(router)
    if parts.settings.line_api_url is not None:  # which production refuses
        console.include_router(desk.router)
    answer_with_pages(console)
    return console
