"""The edge of Stripe's API: request ids, versions, and what a call is about."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Scope

from simulator.http.border import Answer, Border
from simulator.http.errors import HttpError
from simulator.http.readable import readable_body
from simulator.stripe.endpoint import REQUEST_ID
from simulator.stripe.errors import StripeError
from simulator.stripe.faults import Fault
from simulator.stripe.forms import parse_form
from simulator.stripe.log import Crossing, visible_headers
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id
from simulator.stripe.verbs import verb_of


class StripeBorder(Border[Crossing, Fault]):
    request_limit_bytes = 1024 * 1024
    readable_answer_bytes = 256 * 1024

    def __init__(self, app: ASGIApp, stripe: Stripe) -> None:
        super().__init__(app, stripe)
        self._stripe = stripe

    def guards(self, path: str) -> bool:
        return path.startswith(("/v1/", "/v2/"))

    def new_crossing(self, scope: Scope) -> Crossing:
        scope[REQUEST_ID] = new_id("req_")[:18]
        return Crossing(
            at=self._stripe.clock.now_ms(),
            direction="app→Stripe",
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            verb=verb_of(scope["method"], scope["path"]),
            request_id=scope[REQUEST_ID],
        )

    def examine(self, scope: Scope, body: bytes | None, crossing: Crossing) -> Fault | None:
        content_type = Headers(scope=scope).get("content-type", "")
        if content_type.startswith("application/x-www-form-urlencoded"):
            crossing.request = parse_form((body or b"").decode())
        else:
            crossing.request = readable_body(body or b"", content_type)
        verb = crossing.verb
        if verb is None:
            return None
        fault = self._stripe.faults.take(lambda fault: fault.fits(verb, crossing.path))
        crossing.fault = fault.kind if fault else None
        return fault

    def too_large(self) -> HttpError:
        return StripeError(413, "The request is too large.")

    def error_answer(self, fault: Fault, scope: Scope) -> Response:
        if fault.kind == "not_json":
            return HTMLResponse("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", 502)
        return fault.error().response()

    def visible_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return visible_headers(headers)

    def answer_headers(self, scope: Scope) -> dict[str, str]:
        version = Headers(scope=scope).get("stripe-version") or self._stripe.config.api_version
        return {"request-id": scope[REQUEST_ID], "stripe-version": version}

    def note_answer(self, crossing: Crossing, answer: Answer) -> None:
        """A webhook endpoint's secret is shown to its maker, and to nobody else."""
        if isinstance(crossing.response, dict) and "secret" in crossing.response:
            crossing.response = {**crossing.response, "secret": "***"}

    def note_hang_up(self, crossing: Crossing, how: str) -> None:
        crossing.error = how
