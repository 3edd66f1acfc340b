"""Errors that are answers."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class HttpError(Exception):
    """Knows the answer that it is, so that one handler serves every vendor's shape."""

    def response(self) -> Response:
        raise NotImplementedError


@dataclass
class DeskError(HttpError):
    """A wrong call of a desk's own API: `{"error"}`."""

    status: int
    error: str

    def response(self) -> Response:
        return JSONResponse({"error": self.error}, self.status)


@dataclass
class OAuthError(HttpError):
    """What a token endpoint answers (RFC 6749, section 5.2)."""

    status: int
    error: str
    description: str

    def response(self) -> Response:
        return JSONResponse({"error": self.error, "error_description": self.description}, self.status)


async def answer_error(_request: Request, error: Exception) -> Response:
    """The exception handler for HttpError."""
    assert isinstance(error, HttpError)  # noqa: S101 - registered for it
    return error.response()
