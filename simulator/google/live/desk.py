"""What a test does to Live, under /desk/google/live, and what it may see; and the tokens of its API."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.errors import GoogleError, invalid
from simulator.google.gemini_models import check_caller
from simulator.google.live.listener import Listener
from simulator.google.live.script import LiveTurn
from simulator.google.requests import google_of, json_body
from simulator.http.desk import DeskBody, read_desk_body

PREFIX = "/desk/google/live"
TOKEN_SECONDS = 30 * 60  # docs: Ephemeral tokens


class GoAway(DeskBody):
    seconds: float = Field(gt=0, le=600)


class Close(DeskBody):
    code: int = Field(ge=1000, le=4999)
    reason: str = ""


class AnyMessage(DeskBody):
    message: dict[str, Any]


def _listener_of(request: Request) -> Listener:
    listener: Listener = request.app.state.live
    return listener


async def where(request: Request) -> Response:
    ca_file = google_of(request).config.live_ca_file
    return JSONResponse({"url": _listener_of(request).url, "ca_file": str(ca_file.absolute())})


async def connections(request: Request) -> Response:
    return JSONResponse([asdict(record) for record in _listener_of(request).records])


async def add_turn(request: Request) -> Response:
    google_of(request).script.live_turns.add(await read_desk_body(request, LiveTurn))
    return JSONResponse({})


async def go_away(request: Request) -> Response:
    """Each open connection is told to end, and closed after so many seconds of the desk's clock."""
    body = await read_desk_body(request, GoAway)
    for connection in list(_listener_of(request).open):
        await connection.warn(body.seconds)
    return JSONResponse({})


async def close(request: Request) -> Response:
    body = await read_desk_body(request, Close)
    for connection in list(_listener_of(request).open):
        await connection.close(body.code, body.reason)
    return JSONResponse({})


async def send(request: Request) -> Response:
    """Any message to each open connection, of a kind perhaps that nobody knows yet."""
    body = await read_desk_body(request, AnyMessage)
    for connection in list(_listener_of(request).open):
        await connection.send(body.message)
    return JSONResponse({})


async def create_token(request: Request) -> Response:
    """Ephemeral tokens, which only v1alpha has."""
    if request.path_params["version"] != "v1alpha":
        raise GoogleError(404, "Not Found")
    check_caller(request, "developer")
    google, body = google_of(request), json_body(request)
    expires_ms = google.clock.now_ms() + TOKEN_SECONDS * 1000
    if "expireTime" in body:
        expires_ms = round(_time(body["expireTime"]).timestamp() * 1000)
    name = google.sessions.new_token(int(body.get("uses", 1)), expires_ms)
    return JSONResponse({"name": name})


def _time(value: Any) -> datetime:
    """Raises GoogleError 400."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise invalid("Invalid value at 'auth_token.expire_time'") from error


routes = [
    Route(PREFIX, where),
    Route(f"{PREFIX}/connections", connections),
    Route(f"{PREFIX}/turns", add_turn, methods=["POST"]),
    Route(f"{PREFIX}/go-away", go_away, methods=["POST"]),
    Route(f"{PREFIX}/close", close, methods=["POST"]),
    Route(f"{PREFIX}/message", send, methods=["POST"]),
    Route("/{version}/auth_tokens", create_token, methods=["POST"]),
]
