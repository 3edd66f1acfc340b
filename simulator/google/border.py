"""The edge of Google's APIs: JSON read once and under its JSON names, media let by, and what a request is about."""

import json
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Scope

from simulator.google.brain import names_of
from simulator.google.errors import invalid
from simulator.google.faults import WIRE_KINDS, Fault, Subject
from simulator.google.log import Crossing, readable_json, redact, visible_headers, visible_query
from simulator.google.requests import BODY, CROSSING, SUBJECT, camel_case
from simulator.google.state import Google
from simulator.google.verbs import MEDIA_VERBS, model_of, verb_of
from simulator.http.border import Answer, Border
from simulator.http.errors import HttpError, OAuthError

DESK = "/desk/"


class GoogleBorder(Border[Crossing, Fault]):
    request_limit_bytes = 100 * 1024 * 1024  # Gemini API changelog, 2026-01-08: inline files up to 100 MB
    readable_answer_bytes = 4 * 1024 * 1024

    def __init__(self, app: ASGIApp, google: Google) -> None:
        super().__init__(app, google)
        self._google = google

    def guards(self, path: str) -> bool:
        return not path.startswith(DESK)

    def new_crossing(self, scope: Scope) -> Crossing:
        path, query = scope["path"], scope["query_string"].decode()
        crossing = Crossing(
            at=self._google.clock.now_ms(),
            method=scope["method"],
            path=path,
            query=visible_query(query),
            verb=verb_of(scope["method"], path, query),
            model=model_of(path),
        )
        scope[CROSSING] = crossing
        return crossing

    def reads(self, scope: Scope, crossing: Crossing) -> bool:
        return crossing.verb not in MEDIA_VERBS and _is_json(Headers(scope=scope))

    def examine(self, scope: Scope, body: bytes | None, crossing: Crossing) -> Fault | None:
        if body is not None:
            scope[BODY] = camel_case(_parse(body))
            crossing.request = redact(scope[BODY])
        if crossing.verb is None:
            return None
        subject = Subject(crossing.verb, crossing.path, crossing.model, names_of(scope.get(BODY)))
        scope[SUBJECT] = subject
        fault = self._google.faults.take(lambda fault: fault.kind in WIRE_KINDS and fault.fits(subject))
        crossing.fault = fault.kind if fault else None
        return fault

    def too_large(self) -> HttpError:
        return invalid(f"Request payload size exceeds the limit: {self.request_limit_bytes} bytes.")

    def error_answer(self, fault: Fault, scope: Scope) -> Response:
        if fault.kind == "not_json":
            return HTMLResponse("<!DOCTYPE html><html><body>Service temporarily unavailable</body></html>")
        subject: Subject = scope[SUBJECT]
        error = fault.error(subject)
        if subject.verb == "iam.token":
            # google-auth tries again after an internal_failure, and gives up after an invalid_grant.
            kind = "internal_failure" if error.code >= 500 else "invalid_grant"
            return OAuthError(error.code, kind, error.message).response()
        return error.response()

    def visible_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return visible_headers(headers)

    def readable_answer(self, answer: Answer) -> Any:
        content = answer.body.content
        return readable_json(content) if content and _is_json(answer.headers) else answer.body.summary()


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith("application/json")


def _parse(body: bytes) -> Any:
    """Raises GoogleError 400."""
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
