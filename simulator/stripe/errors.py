"""Errors as Stripe answers them (docs.stripe.com/api/errors)."""

from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import JSONResponse, Response

from simulator.http.errors import HttpError

Kind = Literal["invalid_request_error", "card_error", "idempotency_error", "api_error"]


@dataclass
class StripeError(HttpError):
    """`extra` is what else its `error` object carries, as a card error's `decline_code`."""

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    type: Kind = "invalid_request_error"
    extra: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code:
            error |= {
                "code": self.code,
                "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            }
        if self.param:
            error["param"] = self.param
        return {"error": error | self.extra}

    def response(self) -> Response:
        return JSONResponse(self.body(), self.status)


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    return StripeError(400, message, code, param)


def missing_object(kind: str, object_id: str, param: str = "id") -> StripeError:
    """404 where the path names it, 400 where a parameter does."""
    message = f"No such {kind.replace('_', ' ').replace('.', ' ')}: '{object_id}'"
    return StripeError(404 if param == "id" else 400, message, "resource_missing", param)


def not_done(what: str, param: str | None = None) -> StripeError:
    """Stripe does it and the desk doesn't: said in other words than Stripe's, so that nobody searches in vain."""
    return StripeError(400, f"The desk's Stripe does not do {what} yet.", "desk_not_done", param)
