"""The desk of Stripe's own, under /desk/stripe: time, how webhooks come, and what happened."""

import itertools
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.http.desk import DeskBody, read_desk_body
from simulator.http.errors import DeskError
from simulator.stripe import life
from simulator.stripe.calendar import DAY
from simulator.stripe.endpoint import stripe_of
from simulator.stripe.objects.platform import Event, WebhookEndpoint
from simulator.stripe.store import KIND_OF, new_id
from simulator.stripe.webhooks import Behaviour, Order, Webhooks

PREFIX = "/desk/stripe"


class ClockBody(DeskBody):
    """By so many seconds, or to a second since the epoch; never back."""

    advance_seconds: float | None = Field(None, ge=0)
    to: int | None = None


class ChangedBehaviour(DeskBody):
    """What is left out stays as it is."""

    hold: bool | None = None
    duplicates: int | None = None
    delay_seconds: float | None = None
    redelivery: bool | None = None


class Release(DeskBody):
    """`events` names the ids to send and their order: any event may be named, and more than once; what else was held
    is sent no more."""

    order: Order = "fifo"
    seed: int = 0
    events: list[str] | None = None


class Redelivery(DeskBody):
    event: str
    times: int = Field(1, ge=1, le=100)


class Roll(DeskBody):
    """docs.stripe.com/webhooks, "Roll endpoint secrets": the old one may sign for up to a day more."""

    endpoint: str
    secret: str | None = None
    keep_seconds: int = Field(DAY, ge=0, le=DAY)


class EndpointChange(DeskBody):
    endpoint: str
    payload: Literal["snapshot", "thin"]


class Strange(DeskBody):
    """An event that isn't quite ours, of a stored one: another account's, another API line's, one signed at an odd time."""

    event: str
    account: str | None = None
    api_version: str | None = None
    signed_seconds_ahead: int = 0


def webhooks_of(request: Request) -> Webhooks:
    webhooks: Webhooks = request.app.state.webhooks
    return webhooks


async def move_clock(request: Request) -> Response:
    """Does what falls due on the way, each at its own time."""
    stripe, body = stripe_of(request), await read_desk_body(request, ClockBody)
    if (body.to is None) == (body.advance_seconds is None):
        raise DeskError(400, "name advance_seconds or to")
    seconds = body.advance_seconds if body.to is None else body.to - stripe.clock.now_ms() / 1000
    if seconds is None or seconds < 0:
        raise DeskError(400, "time does not run back")
    stripe.clock.advance(seconds)
    life.catch_up(stripe)
    return JSONResponse({"now": stripe.clock.now_ms()})


async def show_clock(request: Request) -> Response:
    return JSONResponse({"now": stripe_of(request).clock.now_ms()})


async def set_behaviour(request: Request) -> Response:
    webhooks, body = webhooks_of(request), await read_desk_body(request, ChangedBehaviour)
    changed = webhooks.behaviour.model_dump() | body.model_dump(exclude_none=True)
    webhooks.behaviour = Behaviour.model_validate(changed)
    return JSONResponse(webhooks.behaviour.model_dump())


async def release(request: Request) -> Response:
    """Holding itself goes on until webhook-behaviour ends it."""
    body = await read_desk_body(request, Release)
    return JSONResponse({"released": webhooks_of(request).release(body.order, body.seed, body.events)})


async def redeliver(request: Request) -> Response:
    body = await read_desk_body(request, Redelivery)
    deliveries = await webhooks_of(request).redeliver(body.event, body.times)
    return JSONResponse({"deliveries": [asdict(delivery) for delivery in deliveries]})


async def deliver_strange(request: Request) -> Response:
    """To each endpoint that takes the type; the stored event stays as it is."""
    stripe, body = stripe_of(request), await read_desk_body(request, Strange)
    event = _find(stripe.store.get(Event, body.event), f"no event {body.event}")
    changes = {
        "account": body.account,
        "id": new_id(Event.prefix) if body.account or body.api_version else event.id,
    }
    strange = event.model_copy(update=changes)
    deliveries = []
    for endpoint in stripe.store.all(WebhookEndpoint):
        if endpoint.takes(event.type):
            seen = endpoint.model_copy(update={"api_version": body.api_version} if body.api_version else {})
            deliveries.append(await webhooks_of(request).post(seen, strange, body.signed_seconds_ahead))
    return JSONResponse({"deliveries": [asdict(delivery) for delivery in deliveries]})


async def roll_secret(request: Request) -> Response:
    stripe, body = stripe_of(request), await read_desk_body(request, Roll)
    endpoint = _find(stripe.store.get(WebhookEndpoint, body.endpoint), f"no endpoint {body.endpoint}")
    endpoint.old_secrets[endpoint.secret] = stripe.now() + body.keep_seconds
    endpoint.secret = body.secret or new_id("whsec_")
    return JSONResponse({"secret": endpoint.secret})


async def change_endpoint(request: Request) -> Response:
    stripe, body = stripe_of(request), await read_desk_body(request, EndpointChange)
    endpoint = _find(stripe.store.get(WebhookEndpoint, body.endpoint), f"no endpoint {body.endpoint}")
    endpoint.payload = body.payload
    return JSONResponse({})


async def list_deliveries(request: Request) -> Response:
    return JSONResponse([asdict(delivery) for delivery in webhooks_of(request).deliveries])


async def list_events(request: Request) -> Response:
    """The oldest first; perhaps of a `type`, `about` whom or what an id names, or only those that came `after` one."""
    stripe, wanted = stripe_of(request), request.query_params
    life.catch_up(stripe)
    newest_first = itertools.takewhile(lambda event: event.id != wanted.get("after"), stripe.store.all(Event))
    chosen = [
        event
        for event in newest_first
        if wanted.get("type") in (None, event.type) and _is_about(event, wanted.get("about"))
    ]
    return JSONResponse([stripe.view(event) for event in reversed(chosen)])


def _is_about(event: Event, object_id: str | None) -> bool:
    entry = event.data["object"]
    return object_id is None or object_id in (entry["id"], entry.get("customer"), entry.get("subscription"))


async def list_objects(request: Request) -> Response:
    """All of a kind ("subscription"), the oldest first."""
    stripe, kind = stripe_of(request), KIND_OF.get(request.path_params["kind"])
    life.catch_up(stripe)
    chosen = _find(kind, f"kinds are {', '.join(KIND_OF)}")
    return JSONResponse([stripe.view(entry) for entry in reversed(stripe.store.all(chosen))])


def _find(found: Any, problem: str) -> Any:
    """Raises DeskError 404."""
    if found is None:
        raise DeskError(404, problem)
    return found


routes = [
    Route(f"{PREFIX}/clock", move_clock, methods=["POST"]),
    Route(f"{PREFIX}/clock", show_clock),
    Route(f"{PREFIX}/webhook-behaviour", set_behaviour, methods=["POST"]),
    Route(f"{PREFIX}/release", release, methods=["POST"]),
    Route(f"{PREFIX}/redeliver", redeliver, methods=["POST"]),
    Route(f"{PREFIX}/strange", deliver_strange, methods=["POST"]),
    Route(f"{PREFIX}/roll-secret", roll_secret, methods=["POST"]),
    Route(f"{PREFIX}/endpoint", change_endpoint, methods=["POST"]),
    Route(f"{PREFIX}/deliveries", list_deliveries),
    Route(f"{PREFIX}/events", list_events),
    Route(f"{PREFIX}/objects/{{kind}}", list_objects),
]
