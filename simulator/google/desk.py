"""The desk's own controls, under /desk/google: faults, scripted answers, clock, log."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.errors import DeskError
from simulator.google.answers import Heard, Scripted
from simulator.google.faults import Fault
from simulator.google.requests import google_of

Body = TypeVar("Body", bound=BaseModel)
PREFIX = "/desk/google"


class ClockBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    advance_seconds: float = Field(ge=0)


async def health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def faults(request: Request) -> Response:
    book = google_of(request).faults
    if request.method == "DELETE":
        book.clear()
        return JSONResponse({})
    return JSONResponse({"id": book.add(await _body(request, Fault))})


async def answers(request: Request) -> Response:
    google_of(request).script.answers.append(await _body(request, Scripted))
    return JSONResponse({})


async def transcripts(request: Request) -> Response:
    google_of(request).script.transcripts.append(await _body(request, Heard))
    return JSONResponse({})


async def script(request: Request) -> Response:
    """Forgets the scripted answers and transcripts."""
    google_of(request).script.clear()
    return JSONResponse({})


async def clock(request: Request) -> Response:
    """Moves the time by which tokens, links and files expire."""
    google = google_of(request)
    google.clock.offset_ms += round((await _body(request, ClockBody)).advance_seconds * 1000)
    return JSONResponse({"now": google.clock.now_ms()})


async def log(request: Request) -> Response:
    after = request.query_params.get("after", "0")
    if not after.isdecimal():
        raise DeskError(400, "after is the number of an entry")
    return JSONResponse(google_of(request).log.after(int(after)))


async def _body(request: Request, kind: type[Body]) -> Body:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DeskError(400, problems) from error


routes = [
    Route(f"{PREFIX}/health", health),
    Route(f"{PREFIX}/faults", faults, methods=["POST", "DELETE"]),
    Route(f"{PREFIX}/answers", answers, methods=["POST"]),
    Route(f"{PREFIX}/transcripts", transcripts, methods=["POST"]),
    Route(f"{PREFIX}/script", script, methods=["DELETE"]),
    Route(f"{PREFIX}/clock", clock, methods=["POST"]),
    Route(f"{PREFIX}/log", log),
]
