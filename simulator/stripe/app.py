"""All of the desk's Stripe as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from simulator.http.desk import DeskControls
from simulator.http.errors import HttpError, answer_error
from simulator.stripe import desk, keeping, life
from simulator.stripe.api import (
    account,
    catalogue,
    checkout,
    customers,
    events,
    invoices,
    money,
    portal,
    subscriptions,
    webhook_endpoints,
)
from simulator.stripe.border import StripeBorder
from simulator.stripe.config import StripeConfig
from simulator.stripe.errors import invalid
from simulator.stripe.faults import Fault
from simulator.stripe.furnishing import furnish
from simulator.stripe.page import checkout as checkout_page
from simulator.stripe.page import front as front_page
from simulator.stripe.page import invoice as invoice_page
from simulator.stripe.page import portal as portal_page
from simulator.stripe.state import Stripe
from simulator.stripe.webhooks import Webhooks

RESOURCES = (
    account,
    catalogue,
    checkout,
    customers,
    events,
    invoices,
    money,
    portal,
    subscriptions,
    webhook_endpoints,
)
PAGES = (front_page, checkout_page, portal_page, invoice_page)
STATIC = Path(__file__).parent / "page" / "static"
FONTS = "pylopdf_fonts_jp"  # a package of Japanese fonts: a page must read well on a machine without any
TICK_SECONDS = 1.0


def make_stripe_app(config: StripeConfig, base_url: str) -> Starlette:
    """`base_url` is where callers, and the customers' browsers, will reach the application."""
    stripe = Stripe(config, base_url)
    furnish(stripe)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.webhooks = webhooks = Webhooks(stripe)
        stripe.deliver = webhooks.take
        ticking = asyncio.create_task(_tick(stripe))
        yield
        ticking.cancel()
        await webhooks.close()
        _keep(stripe)

    app = Starlette(
        lifespan=lifespan,
        routes=[
            *desk.routes,
            *DeskControls(desk.PREFIX, stripe, Fault).routes,
            *(route for module in (*RESOURCES, *PAGES) for route in module.routes),
            Mount("/static/fonts", StaticFiles(packages=[(FONTS, ".")]), name="fonts"),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(StripeBorder, stripe=stripe)],
        exception_handlers={HttpError: answer_error, HTTPException: _framework_error},
    )
    app.state.stripe = stripe
    app.router.redirect_slashes = False
    return app


async def _tick(stripe: Stripe) -> None:
    """What is due happens although nobody calls; and what happened is kept, should the process be killed."""
    kept = None
    while True:
        await asyncio.sleep(TICK_SECONDS)
        life.catch_up(stripe)
        seen = (stripe.clock.offset_ms, len(stripe.store.everything()))
        if seen != kept:
            _keep(stripe)
            kept = seen


def _keep(stripe: Stripe) -> None:
    if stripe.config.data_dir is not None:
        keeping.save(stripe, stripe.config.data_dir)


async def _framework_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if request.url.path.startswith(desk.PREFIX):
        return JSONResponse({"error": str(error.detail)}, error.status_code)
    problem = invalid(f"Unrecognized request URL ({request.method}: {request.url.path}).", code="url_invalid")
    problem.status = error.status_code
    return problem.response()
