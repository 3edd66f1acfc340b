"""Cloud Storage's JSON API, as far as google-cloud-storage uses it for one bucket (docs: JSON API v1)."""

from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from simulator.google import storage_uploads
from simulator.google.config import CorsRule
from simulator.google.errors import StorageError
from simulator.google.identity import check_bearer
from simulator.google.objects import Bucket, BucketObject
from simulator.google.preconditions import check_preconditions, whole_number
from simulator.google.requests import google_of, json_body
from simulator.google.state import Google
from simulator.google.storage_views import WRITABLE, hash_header, object_resource
from simulator.google.xml_storage import cors_headers, preflight_headers

PAGE_SIZE = 1000


def bucket_of(request: Request) -> Bucket:
    """Raises StorageError 404 for another bucket, GoogleError 401 for a caller without credentials."""
    google = google_of(request)
    check_bearer(request, google.account, google.clock.now_ms())
    if request.path_params["bucket"] != google.bucket.name:
        raise StorageError(404, "The specified bucket does not exist.")
    return google.bucket


def object_of(request: Request) -> BucketObject:
    """Raises StorageError 404, or 412 for a failed precondition."""
    bucket, name = bucket_of(request), request.path_params["object"]
    item = bucket.get(name)
    generation = request.query_params.get("generation")
    if item is None or (generation is not None and generation != str(item.generation)):
        raise StorageError(404, f"No such object: {bucket.name}/{name}")
    check_preconditions(request, item)
    return item


async def bucket_resource(request: Request) -> Response:
    bucket = bucket_of(request)
    if request.method == "PATCH":
        try:
            bucket.cors = [CorsRule.model_validate(rule) for rule in json_body(request).get("cors") or []]
        except ValidationError as error:
            raise StorageError(400, f"Invalid argument: cors. {error}") from error
    google = google_of(request)
    return JSONResponse(
        {
            "kind": "storage#bucket",
            "id": bucket.name,
            "name": bucket.name,
            "projectNumber": "100000000001",
            "location": "ASIA-NORTHEAST1",
            "locationType": "region",
            "storageClass": "STANDARD",
            "metageneration": "1",
            "selfLink": f"{google.base_url}/storage/v1/b/{bucket.name}",
            "cors": [rule.model_dump(by_alias=True) for rule in bucket.cors],
        }
    )


async def list_objects(request: Request) -> Response:
    bucket, query = bucket_of(request), request.query_params
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
    items: list[BucketObject] = []
    prefixes: set[str] = set()
    names = [name for name in bucket.names(prefix) if name > query.get("pageToken", "")]
    limit = min(whole_number(request, "maxResults") or PAGE_SIZE, PAGE_SIZE)
    for name in names[:limit]:
        folder, separator, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        item = bucket.get(name)
        if separator:
            prefixes.add(f"{prefix}{folder}{delimiter}")
        elif item is not None:
            items.append(item)
    answer: dict[str, Any] = {"kind": "storage#objects", "prefixes": sorted(prefixes)}
    answer["items"] = [_resource(google_of(request), item) for item in items]
    if len(names) > limit:
        answer["nextPageToken"] = names[limit - 1]
    return JSONResponse(answer)


async def get_object(request: Request) -> Response:
    if request.query_params.get("alt") == "media":
        return await download(request)
    return JSONResponse(_resource(google_of(request), object_of(request)))


async def download(request: Request) -> Response:
    item = object_of(request)
    headers = {
        "x-goog-hash": hash_header(item),
        "x-goog-generation": str(item.generation),
        "x-goog-metageneration": str(item.metageneration),
        "x-goog-stored-content-length": str(item.size),
        "etag": f'"{item.generation}"',
    }
    path = google_of(request).bucket.path(item)
    return FileResponse(path, headers=headers, media_type=item.meta.content_type)


async def patch_object(request: Request) -> Response:
    item, google = object_of(request), google_of(request)
    body = json_body(request)
    changes = {WRITABLE[name]: value for name, value in body.items() if name in WRITABLE}
    item = google.bucket.describe(item, changes, google.clock.now_ms())
    return JSONResponse(_resource(google, item))


async def delete_object(request: Request) -> Response:
    google_of(request).bucket.delete(object_of(request))
    return Response(status_code=204)


async def insert(request: Request) -> Response:
    """A whole object in one request, or the start of a resumable upload."""
    bucket, google = bucket_of(request), google_of(request)
    kind = request.query_params.get("uploadType")
    if kind == "resumable":
        upload_id = storage_uploads.start(request, google)
        query = f"uploadType=resumable&upload_id={upload_id}"
        location = f"{google.base_url}/upload/storage/v1/b/{quote(bucket.name)}/o?{query}"
        return Response(headers={"location": location, "x-guploader-uploadid": upload_id})
    if kind == "multipart":
        item = await storage_uploads.multipart(request, google)
    elif kind == "media":
        item = await storage_uploads.simple(request, google)
    else:
        raise StorageError(400, "Required parameter: uploadType")
    return JSONResponse(_resource(google, item))


async def upload(request: Request) -> Response:
    """A piece of a resumable upload: 308 until it is the last one. Whoever knows the session may send: no other
    credentials are asked for."""
    google = google_of(request)
    try:
        item, size = await storage_uploads.piece(request, google)
    except StorageError as error:
        return _to_page(request, error.response())
    if item is not None:
        return _to_page(request, JSONResponse(_resource(google, item)))
    headers = {"range": f"bytes=0-{size - 1}"} if size else {}
    return _to_page(request, Response(status_code=308, headers=headers))


async def cancel(request: Request) -> Response:
    """499 is Cloud Storage's own way to say that it is done (docs: Resumable uploads, Cancel)."""
    try:
        google_of(request).uploads.cancel(request.query_params.get("upload_id", ""))
    except StorageError as error:
        return _to_page(request, error.response())
    return _to_page(request, Response(status_code=499))


async def preflight_upload(request: Request) -> Response:
    """What a page asks before it sends to a session."""
    headers = preflight_headers(request, google_of(request).bucket) if _is_of_session(request) else {}
    return Response(headers=headers)


def _to_page(request: Request, response: Response) -> Response:
    """Readable for the page that the session was opened for, where the bucket's rules allow it at all."""
    if _is_of_session(request):
        response.headers.update(cors_headers(request, google_of(request).bucket))
    return response


def _is_of_session(request: Request) -> bool:
    origin = google_of(request).uploads.origin_of(request.query_params.get("upload_id", ""))
    return origin is not None and origin == request.headers.get("origin")


def _resource(google: Google, item: BucketObject) -> dict[str, Any]:
    return object_resource(google.base_url, google.bucket.name, item)


_OBJECT = "/storage/v1/b/{bucket}/o/{object:path}"
_UPLOAD = "/upload/storage/v1/b/{bucket}/o"
routes = [
    Route("/storage/v1/b/{bucket}", bucket_resource, methods=["GET", "PATCH"]),
    Route("/storage/v1/b/{bucket}/o", list_objects, methods=["GET"]),
    Route(_OBJECT, get_object, methods=["GET"]),
    Route(_OBJECT, patch_object, methods=["PATCH"]),
    Route(_OBJECT, delete_object, methods=["DELETE"]),
    Route(f"/download{_OBJECT}", download, methods=["GET"]),
    Route(_UPLOAD, insert, methods=["POST"]),
    Route(_UPLOAD, upload, methods=["PUT"]),
    Route(_UPLOAD, cancel, methods=["DELETE"]),
    Route(_UPLOAD, preflight_upload, methods=["OPTIONS"]),
]
