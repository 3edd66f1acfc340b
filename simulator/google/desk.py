"""The desk of Google's own, under /desk/google: what its models say and hear in a test."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.requests import google_of
from simulator.google.script import AnswerScript, TranscriptScript
from simulator.http.desk import read_desk_body

PREFIX = "/desk/google"


async def add_answer(request: Request) -> Response:
    google_of(request).script.answers.add(await read_desk_body(request, AnswerScript))
    return JSONResponse({})


async def add_transcript(request: Request) -> Response:
    google_of(request).script.transcripts.add(await read_desk_body(request, TranscriptScript))
    return JSONResponse({})


async def clear_script(request: Request) -> Response:
    google_of(request).script.clear()
    return JSONResponse({})


routes = [
    Route(f"{PREFIX}/answers", add_answer, methods=["POST"]),
    Route(f"{PREFIX}/transcripts", add_transcript, methods=["POST"]),
    Route(f"{PREFIX}/script", clear_script, methods=["DELETE"]),
]
