"""All of the desk's Google as one ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.errors import DeskError, OAuthError
from simulator.google import desk, files, gemini, iam, speech, storage, texttospeech, xml_storage
from simulator.google.border import Border
from simulator.google.config import GoogleConfig
from simulator.google.errors import GoogleError, XmlError
from simulator.google.state import Google


def make_google_app(config: GoogleConfig, base_url: str) -> Starlette:
    """Writes the service account's key file. `base_url` is where callers will reach the application."""
    google = Google(config, base_url)
    google.account.write(config.service_account_file, base_url)
    # The XML API takes any path of two parts or more, so it stands last.
    modules = (desk, iam, files, gemini, speech, texttospeech, storage, xml_storage)
    app = Starlette(
        routes=[route for module in modules for route in module.routes],
        middleware=[Middleware(Border, google=google)],
        exception_handlers={
            GoogleError: _google_error,
            OAuthError: _oauth_error,
            XmlError: _xml_error,
            DeskError: _desk_error,
            HTTPException: _framework_error,
        },
    )
    app.state.google = google
    app.router.redirect_slashes = False
    return app


async def _google_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, GoogleError)  # noqa: S101 - registered for it
    return JSONResponse(error.body(), error.code)


async def _oauth_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OAuthError)  # noqa: S101 - registered for it
    return JSONResponse(error.body(), error.status)


async def _xml_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, XmlError)  # noqa: S101 - registered for it
    return Response(error.body(), error.http_status, media_type="application/xml")


async def _desk_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)  # noqa: S101 - registered for it
    return JSONResponse({"error": error.error}, error.status)


async def _framework_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return JSONResponse(GoogleError(error.status_code, str(error.detail)).body(), error.status_code)
