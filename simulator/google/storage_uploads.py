"""The three ways into a bucket: one simple request, one multipart request, or a resumable session in pieces."""

import json
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from simulator.google.errors import StorageError
from simulator.google.objects import BucketObject, Incoming, ObjectMeta
from simulator.google.preconditions import FAILURE, check_preconditions, whole_number
from simulator.google.requests import json_body
from simulator.google.resumable import GRANULE_BYTES, Piece, Upload
from simulator.google.state import Google
from simulator.google.storage_views import meta_of


def start(request: Request, google: Google) -> str:
    """Opens a session and returns its id. Raises StorageError 412 when the precondition fails already."""
    resource = json_body(request)
    name = _name(request, resource)
    check_preconditions(request, google.bucket.get(name))
    meta = meta_of(resource, request.headers.get("x-upload-content-type"))
    origin = request.headers.get("origin")
    return google.uploads.open(name, meta, whole_number(request, "ifGenerationMatch"), origin)


async def piece(request: Request, google: Google) -> tuple[BucketObject | None, int]:
    """The finished object once all has come, else None, and the bytes received so far."""
    upload_id = request.query_params.get("upload_id", "")
    result = google.uploads.result(upload_id)
    if result is not None:
        return result, result.size
    upload, span = google.uploads.get(upload_id), Piece.of(request.headers.get("content-range"))
    at = upload.incoming.size if span.first is None else span.first
    size = 0
    async for chunk in request.stream():
        upload.take(chunk, at + size)
        size += len(chunk)
    total = at + size if request.headers.get("content-range") is None else span.total
    if total is None or upload.incoming.size < total:
        if size % GRANULE_BYTES:
            raise StorageError(400, f"Invalid request. There were {size} byte(s) in the request body.")
        return None, upload.incoming.size
    item = _finish(upload, request.headers.get("x-goog-hash"), google)
    google.uploads.finish(upload_id, item)
    return item, item.size


def _finish(upload: Upload, hashes: str | None, google: Google) -> BucketObject:
    existing = google.bucket.get(upload.name)
    if upload.generation_match not in (None, existing.generation if existing else 0):
        upload.incoming.discard()
        raise StorageError(412, FAILURE)
    for entry in (hashes or "").split(","):
        kind, _, value = entry.strip().partition("=")
        _check_hash(upload.incoming, kind, value)
    return google.bucket.put(upload.name, upload.incoming, upload.meta, google.clock.now_ms())


async def simple(request: Request, google: Google) -> BucketObject:
    name = _name(request, {})
    check_preconditions(request, google.bucket.get(name))
    incoming = google.bucket.incoming()
    try:
        async for chunk in request.stream():
            incoming.write(chunk)
    except BaseException:
        incoming.discard()
        raise
    meta = ObjectMeta(content_type=request.headers.get("content-type", "application/octet-stream"))
    return google.bucket.put(name, incoming, meta, google.clock.now_ms())


async def multipart(request: Request, google: Google) -> BucketObject:
    """multipart/related: the object's JSON, then its bytes."""
    incoming = google.bucket.incoming()
    try:
        parts = _Parts(incoming)
        await parts.read(request)
        resource = parts.resource()
        name = _name(request, resource)
        check_preconditions(request, google.bucket.get(name))
        _check_hash(incoming, "md5", resource.get("md5Hash"))
        _check_hash(incoming, "crc32c", resource.get("crc32c"))
    except BaseException:
        incoming.discard()
        raise
    meta = meta_of(resource, parts.content_type)
    return google.bucket.put(name, incoming, meta, google.clock.now_ms())


@dataclass
class _Parts:
    """Takes the two parts of an upload as they stream in: the first is kept, the second goes to disk."""

    incoming: Incoming
    content_type: str | None = None
    _count: int = 0
    _json: bytearray = field(default_factory=bytearray)
    _header: list[bytearray] = field(default_factory=list)

    async def read(self, request: Request) -> None:
        """Raises StorageError 400."""
        _, options = parse_options_header(request.headers.get("content-type"))
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_header_begin": lambda: setattr(self, "_header", [bytearray(), bytearray()]),
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
        }
        try:
            parser = MultipartParser(options.get(b"boundary", b""), callbacks)
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except MultipartParseError as error:
            raise StorageError(400, f"Malformed multipart body. {error}") from error

    def resource(self) -> dict[str, Any]:
        """Raises StorageError 400."""
        try:
            resource = json.loads(self._json)
        except ValueError as error:
            raise StorageError(400, "Parse Error") from error
        if not isinstance(resource, dict) or self._count != 2:
            raise StorageError(400, "Malformed multipart body.")
        return resource

    def _begin(self) -> None:
        self._count += 1

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._count == 1:
            self._json += data[start:end]
        else:
            self.incoming.write(data[start:end])

    def _end_header(self) -> None:
        if self._count == 2 and self._header[0].lower() == b"content-type":
            self.content_type = self._header[1].decode()


def _name(request: Request, resource: dict[str, Any]) -> str:
    """Raises StorageError 400."""
    name = request.query_params.get("name") or resource.get("name")
    if not isinstance(name, str) or not name:
        raise StorageError(400, "Required parameter: name")
    return name


def _check_hash(incoming: Incoming, kind: str, value: str | None) -> None:
    """Raises StorageError 400 where the bytes that came are not those that were sent."""
    actual = {"crc32c": incoming.crc32c, "md5": incoming.md5}.get(kind)
    if value and actual is not None and value != actual:
        raise StorageError(400, f"Provided {kind} hash {value!r} doesn't match calculated {actual!r}.")
