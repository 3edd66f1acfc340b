"""How a call of the API is answered: key, version, parameters, idempotency, and then its work."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.http.headers import bearer
from simulator.stripe import life
from simulator.stripe.errors import StripeError, invalid, missing_object
from simulator.stripe.forms import parse_form
from simulator.stripe.idempotency import SavedAnswer, digest_of
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.parameters import AnyParameters, ListParameters, read_parameters
from simulator.stripe.state import Cause, Stripe
from simulator.stripe.verbs import VERBS
from simulator.stripe.versions import in_version, is_version

REQUEST_ID = "stripe.request_id"  # in the ASGI scope


@dataclass(frozen=True)
class Call(Generic[AnyParameters]):
    """`id` is the path's, "" where it has none."""

    stripe: Stripe
    id: str
    parameters: AnyParameters


Work = Callable[[Call[AnyParameters]], StripeObject | Json]


def stripe_of(request: Request) -> Stripe:
    stripe: Stripe = request.app.state.stripe
    return stripe


def endpoint(verb: str, parameters: type[AnyParameters], work: Work[AnyParameters]) -> Route:
    """The route of a verb. The work is done whole in the event loop: no other call sees half of it."""
    method, path = VERBS[verb]

    async def answer(request: Request) -> Response:
        stripe = stripe_of(request)
        version = _admit(request, stripe)
        life.catch_up(stripe)
        text = (await request.body()).decode() if method == "POST" else request.url.query
        named = read_parameters(parse_form(text), parameters)
        call = Call(stripe, request.path_params.get("id", ""), named)
        cause = Cause(
            request.scope[REQUEST_ID], request.headers.get("idempotency-key") if method == "POST" else None
        )
        return _once(stripe, cause, digest_of(request.url.path, text), lambda: _body(call, work, version))

    return Route(path, answer, methods=[method])


def _body(call: Call[AnyParameters], work: Work[AnyParameters], version: str) -> Json:
    result = work(call)
    body = call.stripe.view(result) if isinstance(result, StripeObject) else result
    for path in call.parameters.expand:
        call.stripe.store.expand(body, path)
    shaped: Json = in_version(body, version)
    return shaped


def _once(stripe: Stripe, cause: Cause, request: str, work: Callable[[], Json]) -> Response:
    """Does the work, or gives the answer of before. Raises StripeError 400 for a key that came with another request."""
    key = cause.idempotency_key
    if key is not None:
        saved = stripe.idempotency.answer(key, request, stripe.now())
        if saved is not None:
            replayed = {
                "idempotency-key": key,
                "idempotent-replayed": "true",
                "original-request": saved.request_id,
            }
            return _response(saved.status, saved.body, replayed)
    with stripe.caused_by(cause):
        try:
            status, answer = 200, work()
        except StripeError as error:
            status, answer = error.status, error.body()
    body = json.dumps(answer, ensure_ascii=False, indent=2).encode()
    if key is None:
        return _response(status, body, {})
    stripe.idempotency.save(key, SavedAnswer(request, status, body, cause.request_id or "", stripe.now()))
    return _response(status, body, {"idempotency-key": key})


def _response(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, media_type="application/json")


def _admit(request: Request, stripe: Stripe) -> str:
    """The version the answer is shaped in. Raises StripeError 401 (docs.stripe.com/api/authentication) or 400."""
    key = _key_of(request.headers.get("authorization"))
    if not key:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication "
            "for details, or we can help at https://support.stripe.com/.",
        )
    if key != stripe.config.secret_key:
        raise StripeError(401, f"Invalid API Key provided: {_shortened(key)}")
    version = request.headers.get("stripe-version") or stripe.config.api_version
    if not is_version(version):
        raise invalid(f"Invalid Stripe API version: {version}")
    return version


def _key_of(authorization: str | None) -> str | None:
    """Of Bearer, or the user of Basic."""
    if authorization and authorization.lower().startswith("basic "):
        try:
            return base64.b64decode(authorization[6:]).decode().partition(":")[0]
        except ValueError:
            return None
    return bearer(authorization)


def _shortened(key: str) -> str:
    """Enough to know it again, and for a short one nothing."""
    return f"{key[:7]}{'*' * (len(key) - 11)}{key[-4:]}" if len(key) > 15 else "*" * len(key)


def page(stripe: Stripe, entries: Sequence[StripeObject], parameters: ListParameters, url: str) -> Json:
    """One page of `entries`, the newest first (docs.stripe.com/api/pagination)."""
    if parameters.ending_before is not None:
        newer = _beyond(stripe, entries, parameters.ending_before, "ending_before", -1)
        more, chosen = len(newer) > parameters.limit, newer[-parameters.limit :]
    else:
        older = list(entries)
        if parameters.starting_after is not None:
            older = _beyond(stripe, entries, parameters.starting_after, "starting_after", 1)
        more, chosen = len(older) > parameters.limit, older[: parameters.limit]
    data: list[Any] = [stripe.view(entry) for entry in chosen]
    return {"object": "list", "data": data, "has_more": more, "url": url}


def _beyond(
    stripe: Stripe, entries: Sequence[StripeObject], cursor: str, param: str, direction: Literal[1, -1]
) -> list[StripeObject]:
    """Those older (1) or newer (-1) than the cursor, which the list's own filters need not let through."""
    mark = stripe.store.get(StripeObject, cursor)
    if mark is None:
        raise missing_object(entries[0].kind if entries else "object", cursor, param)
    place = {entry.id: number for number, entry in enumerate(stripe.store.all(type(mark)))}
    return [entry for entry in entries if (place[entry.id] - place[mark.id]) * direction > 0]
