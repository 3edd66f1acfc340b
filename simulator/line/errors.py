"""Errors as the Messaging API answers them."""

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

from simulator.http.errors import HttpError


@dataclass(frozen=True)
class Problem:
    """One entry of `details` in LINE's error body."""

    message: str
    property: str


@dataclass
class LineError(HttpError):
    """`{"message", "details"?}` (LINE docs: Error responses)."""

    status: int
    message: str
    details: list[Problem] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message}
        if self.details:
            body["details"] = [{"message": p.message, "property": p.property} for p in self.details]
        return body | self.extra

    def response(self) -> Response:
        return JSONResponse(self.body(), self.status, headers=self.headers)


def body_error(problems: list[Problem]) -> LineError:
    return LineError(400, f"The request body has {len(problems)} error(s)", problems)


def invalid_property(name: str) -> LineError:
    return LineError(400, f"The property, '{name}', in the request body is invalid (line: -, column: -)")


def not_found() -> LineError:
    return LineError(404, "Not found")
