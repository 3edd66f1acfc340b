"""Errors as Google's APIs answer them (google.rpc.Status over HTTP; Cloud Storage and its XML face differ)."""

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import JSONResponse, Response

from simulator.http.errors import HttpError

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
# Cloud Storage docs: Error responses, JSON API.
STORAGE_REASONS = {
    400: "invalid",
    401: "required",
    403: "forbidden",
    404: "notFound",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
    503: "backendError",
}


@dataclass
class GoogleError(HttpError):
    """`status` is the canonical name where it isn't the usual one of the code."""

    code: int
    message: str
    status: str | None = None
    details: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status or STATUS_NAMES.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def response(self) -> Response:
        return JSONResponse(self.body(), self.code)


@dataclass
class StorageError(GoogleError):
    """Cloud Storage's JSON API names a reason in a list of its own."""

    def body(self) -> dict[str, Any]:
        reason = STORAGE_REASONS.get(self.code, "backendError")
        entry = {"message": self.message, "domain": "global", "reason": reason}
        return {"error": {"code": self.code, "message": self.message, "errors": [entry]}}


@dataclass
class XmlError(HttpError):
    """Cloud Storage's XML API (docs: HTTP status and error codes for XML)."""

    http_status: int
    code: str
    message: str
    details: dict[str, str] = field(default_factory=dict)

    def body(self) -> str:
        elements = {"Code": self.code, "Message": self.message} | self.details
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
        return f"<?xml version='1.0' encoding='UTF-8'?><Error>{inner}</Error>"

    def response(self) -> Response:
        return Response(self.body(), self.http_status, media_type="application/xml")


def invalid(message: str) -> GoogleError:
    return GoogleError(400, message)
