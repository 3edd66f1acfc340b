"""Faults on demand: what Stripe does wrong with the next matching calls."""

from typing import Literal

from pydantic import Field, model_validator

from simulator.http import faults
from simulator.http.faults import Strike
from simulator.stripe.errors import StripeError
from simulator.stripe.verbs import VERBS, covers

Kind = Literal["status", "rate_limit", "lock_timeout", "slow", "hang", "drop", "cut", "not_json"]
_ENDINGS: dict[str, faults.Ending] = {"hang": "silence", "drop": "hang-up", "cut": "half", "slow": "answer"}
# docs.stripe.com/rate-limits
RATE_LIMIT_MESSAGE = (
    "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
)
LOCK_MESSAGE = "This object cannot be accessed right now because another API request or Stripe process is currently accessing it."


class Fault(faults.Fault):
    """`verb` is one ("subscriptions.retrieve"), a resource ("subscriptions"), or "*".

    `match` narrows it down to paths that hold it, as an object's id. With `accept` the work is done first. A "slow"
    answer starts after `delay_seconds`.
    """

    verb: str
    kind: Kind = "status"
    status: int = Field(500, ge=400, le=599)
    delay_seconds: float = Field(0, ge=0, le=600)
    match: str | None = None

    @model_validator(mode="after")
    def _strikes_something(self) -> "Fault":
        if not any(covers(self.verb, verb) for verb in VERBS):
            raise ValueError(f"no verb {self.verb!r}; there are {', '.join(VERBS)}")
        return self

    def fits(self, verb: str, path: str) -> bool:
        return covers(self.verb, verb) and (self.match is None or self.match in path)

    def strike(self) -> Strike:
        return Strike(_ENDINGS.get(self.kind, "error"), self.delay_seconds, self.accept)

    def error(self) -> StripeError:
        if self.kind == "rate_limit":
            return StripeError(429, self.message or RATE_LIMIT_MESSAGE, "rate_limit")
        if self.kind == "lock_timeout":
            return StripeError(429, self.message or LOCK_MESSAGE, "lock_timeout")
        kind: Literal["api_error", "invalid_request_error"] = (
            "api_error" if self.status >= 500 else "invalid_request_error"
        )
        return StripeError(self.status, self.message or f"Fault {self.status}", type=kind)
