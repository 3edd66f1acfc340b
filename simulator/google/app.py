"""All of the desk's Google as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from simulator.google import desk, files, gemini, iam, speech, storage, texttospeech, xml_storage
from simulator.google.border import GoogleBorder
from simulator.google.config import GoogleConfig
from simulator.google.errors import GoogleError
from simulator.google.faults import Fault
from simulator.google.live import desk as live_desk
from simulator.google.live.listener import Listener
from simulator.google.state import Google
from simulator.http.desk import DeskControls
from simulator.http.errors import HttpError, answer_error


def make_google_app(config: GoogleConfig, base_url: str) -> Starlette:
    """Writes the service account's key file. `base_url` is where callers will reach the application."""
    google = Google(config, base_url)
    live = Listener(google)
    google.account.write(config.service_account_file, base_url)
    # The XML API takes any path of two parts or more, so it stands last.
    modules = (desk, live_desk, iam, files, gemini, speech, texttospeech, storage, xml_storage)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with live.listening():
            yield
        google.uploads.cancel_all()

    app = Starlette(
        lifespan=lifespan,
        routes=[
            *DeskControls(desk.PREFIX, google, Fault).routes,
            *(route for module in modules for route in module.routes),
        ],
        middleware=[Middleware(GoogleBorder, google=google)],
        exception_handlers={HttpError: answer_error, HTTPException: _framework_error},
    )
    app.state.google, app.state.live = google, live
    app.router.redirect_slashes = False
    return app


async def _framework_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return GoogleError(error.status_code, str(error.detail)).response()
