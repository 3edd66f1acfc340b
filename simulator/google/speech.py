"""Speech-to-Text v2: recognize and batchRecognize (docs: REST projects.locations.recognizers)."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.errors import GoogleError, invalid
from simulator.google.identity import check_bearer, decode_base64
from simulator.google.media import NotMediaError, is_silent, media_facts
from simulator.google.requests import entries, google_of, json_body, part
from simulator.google.speech_checks import check_config, check_project
from simulator.google.state import Google

SYNC_LIMIT_SECONDS = 60
SYNC_LIMIT_BYTES = 10 * 1024 * 1024
BATCH_FILES = 15
TYPES = "type.googleapis.com/google.cloud.speech.v2"


async def recognize(request: Request) -> Response:
    google, body = _call_of(request)
    config = part(body, "config")
    check_config(config, request.path_params["location"])
    source = _source(google, body)
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > SYNC_LIMIT_BYTES:
        raise invalid(f"Request payload size exceeds the limit: {SYNC_LIMIT_BYTES} bytes.")
    results, seconds = await _recognize(google, config, source, SYNC_LIMIT_SECONDS)
    return JSONResponse({"results": results, "metadata": _billing(seconds)})


async def batch_recognize(request: Request) -> Response:
    """Done at once, and shown as running for `operation_polls` looks."""
    google, body = _call_of(request)
    config, files = part(body, "config"), entries(body, "files")
    check_config(config, request.path_params["location"])
    if not 1 <= len(files) <= BATCH_FILES:
        raise invalid(f"Between 1 and {BATCH_FILES} files must be specified.")
    if "inlineResponseConfig" not in part(body, "recognitionOutputConfig"):
        raise GoogleError(501, "This desk only answers inline.")
    results = {
        str(file.get("uri")): await _file_result(google, config, str(file.get("uri"))) for file in files
    }
    place = "projects/{project}/locations/{location}".format_map(request.path_params)
    metadata = {"@type": f"{TYPES}.OperationMetadata", "method": f"{TYPES}.Speech.BatchRecognize"}
    response = {"@type": f"{TYPES}.BatchRecognizeResponse", "results": results}
    return JSONResponse(google.operations.start(f"{place}/operations/{uuid4().hex}", metadata, response))


async def operation(request: Request) -> Response:
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    body = google.operations.look(request.scope["path"].removeprefix("/v2/"))
    if body is None:
        raise GoogleError(404, "Requested entity was not found.")
    return JSONResponse(body)


def _call_of(request: Request) -> tuple[Google, dict[str, Any]]:
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    check_project(request.path_params["project"], google.config.project)
    if request.path_params["recognizer"] != "_":
        raise GoogleError(404, "Unable to find Recognizer.")
    return google, json_body(request)


def _source(google: Google, body: dict[str, Any]) -> Path | bytes:
    """Raises GoogleError for audio that isn't there."""
    if body.get("uri"):
        return _gs(google, str(body["uri"]))
    content = decode_base64(body.get("content"))
    if not content:
        raise invalid("Audio must be provided in either content or uri.")
    return content


def _gs(google: Google, uri: str) -> Path:
    path = google.bucket.path_of_uri(uri)
    if path is None:
        raise GoogleError(404, f"The object {uri} does not exist.")
    return path


async def _file_result(google: Google, config: dict[str, Any], uri: str) -> dict[str, Any]:
    """One file's failure is no failure of the batch."""
    try:
        results, seconds = await _recognize(google, config, _gs(google, uri), None)
    except GoogleError as error:
        return {"error": {"code": 5 if error.code == 404 else 3, "message": error.message}}
    transcript = {"results": results, "metadata": _billing(seconds)}
    return {"inlineResult": {"transcript": transcript}, "metadata": _billing(seconds)}


async def _recognize(
    google: Google, config: dict[str, Any], source: Path | bytes, longest: float | None
) -> tuple[list[dict[str, Any]], float]:
    """The results, none for silence, and the seconds of audio. Raises GoogleError 400."""
    try:
        facts = await asyncio.to_thread(media_facts, source)
        if longest is not None and facts.seconds > longest:
            raise invalid("Audio is too long: sync recognition takes at most 60 seconds. Use BatchRecognize.")
        silent = await asyncio.to_thread(is_silent, source)
    except NotMediaError as error:
        raise invalid("Audio data does not appear to be in a supported encoding.") from error
    transcript = "" if silent else google.script.transcript(google.config.transcript)
    if not transcript:
        return [], facts.seconds
    language = str(config["languageCodes"][0]).lower()
    result = {
        "alternatives": [{"transcript": transcript}],  # chirp_3 gives no confidence
        "resultEndOffset": f"{facts.seconds:.3f}s",
        "languageCode": language,
    }
    return [result], facts.seconds


def _billing(seconds: float) -> dict[str, Any]:
    return {"totalBilledDuration": f"{-(-seconds // 1):g}s"}


_RECOGNIZER = "/v2/projects/{project}/locations/{location}/recognizers/{recognizer}"
routes = [
    Route(f"{_RECOGNIZER}:recognize", recognize, methods=["POST"]),
    Route(f"{_RECOGNIZER}:batchRecognize", batch_recognize, methods=["POST"]),
    Route("/v2/projects/{project}/locations/{location}/operations/{operation}", operation, methods=["GET"]),
]
