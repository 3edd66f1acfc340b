"""The Files API with its resumable upload (Gemini API docs: Files API; X-Goog-Upload-* protocol)."""

import re
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.google.errors import GoogleError, invalid
from simulator.google.faults import FILE_KINDS
from simulator.google.file_shelf import ShelfFile
from simulator.google.gemini_models import check_caller
from simulator.google.media import NotMediaError, media_facts
from simulator.google.requests import google_of, json_body, part, subject_of
from simulator.google.state import Google

LARGEST_BYTES = 2 * 1024**3
GRANULE_BYTES = 256 * 1024  # X-Goog-Upload-Chunk-Granularity
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
FAILURE_MESSAGE = "The file could not be processed."


async def create_or_upload(request: Request) -> Response:
    """Both steps go to one path; the second one's session authorises itself."""
    if "upload_id" in request.query_params:
        return await _upload(request)
    check_caller(request, "developer")
    return _create(request)


def _create(request: Request) -> Response:
    google, headers = google_of(request), request.headers
    if (
        headers.get("x-goog-upload-protocol") != "resumable"
        or headers.get("x-goog-upload-command") != "start"
    ):
        raise invalid("Only the resumable upload protocol is supported.")
    metadata = part(json_body(request), "file")
    name = str(metadata["name"]).removeprefix("files/") if metadata.get("name") else None
    if name is not None and not NAME.fullmatch(name):
        raise invalid("* CreateFileRequest.file.name: Invalid file id")
    if name is not None and google.files.get(name, google.clock.now_ms()):
        raise GoogleError(409, "Requested entity already exists")
    size = headers.get("x-goog-upload-header-content-length", "")
    mime_type = headers.get("x-goog-upload-header-content-type") or metadata.get("mimeType")
    if not size.isdecimal() or int(size) > LARGEST_BYTES or not mime_type:
        raise invalid(f"A size of at most {LARGEST_BYTES} bytes and a content type are required.")
    session, _ = google.files.open(
        str(mime_type), int(size), google.clock.now_ms(), name, metadata.get("displayName")
    )
    version = request.path_params["version"]
    url = f"{google.base_url}/upload/{version}/files?upload_id={session}&upload_protocol=resumable"
    return JSONResponse(
        {},
        headers={
            "x-goog-upload-url": url,
            "x-goog-upload-status": "active",
            "x-goog-upload-chunk-granularity": str(GRANULE_BYTES),
        },
    )


async def _upload(request: Request) -> Response:
    google = google_of(request)
    file = google.files.session(request.query_params["upload_id"])
    if file is None or file.complete:
        raise GoogleError(404, "Upload session not found")
    commands = {each.strip() for each in request.headers.get("x-goog-upload-command", "").split(",")}
    if "query" in commands:
        return Response(headers=_status("active") | {"x-goog-upload-size-received": str(file.size)})
    offset = request.headers.get("x-goog-upload-offset", "")
    if not offset.isdecimal() or int(offset) > file.size:
        raise invalid(f"Invalid upload offset {offset!r}, expected {file.size}")
    position = int(offset)
    async for chunk in request.stream():
        file.append(chunk[max(0, file.size - position) :])
        position += len(chunk)
    if file.size > file.full_size:
        raise invalid("More bytes were uploaded than were declared.")
    if "finalize" not in commands:
        return Response(headers=_status("active"))
    if file.size != file.full_size:
        raise invalid(f"Uploaded {file.size} bytes instead of the declared {file.full_size}")
    _finish(request, google, file)
    return JSONResponse({"file": _resource(google, request, file)}, headers=_status("final"))


def _finish(request: Request, google: Google, file: ShelfFile) -> None:
    subject = subject_of(request)
    fault = google.faults.take(lambda fault: fault.kind in FILE_KINDS and fault.fits(subject))
    error = FAILURE_MESSAGE if fault and fault.kind == "fails_processing" else None
    if file.mime_type.startswith(("video/", "audio/")):
        try:
            media_facts(file.path)
        except NotMediaError:
            error = FAILURE_MESSAGE
    google.files.finish(file, for_ever=fault is not None and fault.kind == "stays_processing", error=error)


def _status(status: str) -> dict[str, str]:
    return {"x-goog-upload-status": status}


async def get_file(request: Request) -> Response:
    """Each look at a file in processing brings it one step nearer."""
    google, file = google_of(request), _file(request)
    resource = _resource(google, request, file)
    file.look()
    return JSONResponse(resource)


async def list_files(request: Request) -> Response:
    google = google_of(request)
    check_caller(request, "developer")
    files = google.files.all(google.clock.now_ms())
    return JSONResponse({"files": [_resource(google, request, file) for file in files]})


async def delete_file(request: Request) -> Response:
    google_of(request).files.delete(_file(request))
    return JSONResponse({})


def _file(request: Request) -> ShelfFile:
    """Raises GoogleError 403, which is what the API says of files that don't exist."""
    google, name = google_of(request), request.path_params["name"]
    check_caller(request, "developer")
    file = google.files.get(name, google.clock.now_ms())
    if file is None:
        raise GoogleError(403, f"You do not have permission to access the File {name} or it may not exist.")
    return file


def _resource(google: Google, request: Request, file: ShelfFile) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": f"files/{file.name}",
        "mimeType": file.mime_type,
        "sizeBytes": str(file.size),
        "createTime": _time(file.create_time_ms),
        "updateTime": _time(file.create_time_ms),
        "expirationTime": _time(file.expiration_time_ms),
        "sha256Hash": file.sha256,
        "uri": f"{google.base_url}/{request.path_params['version']}/files/{file.name}",
        "state": file.state,
        "source": "UPLOADED",
    }
    if file.display_name:
        resource["displayName"] = file.display_name
    if file.state == "FAILED":
        resource["error"] = {"code": 3, "message": file.error}
    return resource


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat().replace("+00:00", "Z")


routes = [
    Route("/upload/{version}/files", create_or_upload, methods=["POST"]),
    Route("/{version}/files", list_files, methods=["GET"]),
    Route("/{version}/files/{name}", get_file, methods=["GET"]),
    Route("/{version}/files/{name}", delete_file, methods=["DELETE"]),
]
