"""Cloud Storage's XML host: objects by signed URL, for browsers and players (docs: XML API, CORS)."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from simulator.google.config import CorsRule
from simulator.google.errors import XmlError
from simulator.google.objects import Bucket, BucketObject
from simulator.google.requests import google_of
from simulator.google.signatures import check_signature
from simulator.google.storage_views import hash_header

DEFAULT_CACHE = "private, max-age=0"


async def get_object(request: Request) -> Response:
    """The bytes, whole or a range of them; HEAD needs a link signed for HEAD."""
    google = google_of(request)
    cors = cors_headers(request, google.bucket)
    check_signature(request, google.account, google.clock.now_ms())
    item = _object(request, google.bucket)
    query = request.query_params
    headers = {
        "x-goog-hash": hash_header(item),
        "x-goog-generation": str(item.generation),
        "x-goog-metageneration": str(item.metageneration),
        "x-goog-stored-content-encoding": "identity",
        "x-goog-stored-content-length": str(item.size),
        "x-goog-storage-class": "STANDARD",
        "cache-control": item.meta.cache_control or DEFAULT_CACHE,
        "etag": f'"{item.generation}"',
    }
    disposition = query.get("response-content-disposition", item.meta.content_disposition)
    if disposition:
        headers["content-disposition"] = disposition
    kind = query.get("response-content-type", item.meta.content_type)
    return FileResponse(google.bucket.path(item), headers=headers | cors, media_type=kind)


async def preflight(request: Request) -> Response:
    """Always 200: what is not allowed just lacks the headers."""
    bucket = google_of(request).bucket
    if request.path_params["bucket"] != bucket.name:
        raise XmlError(404, "NoSuchBucket", "The specified bucket does not exist.")
    return Response(headers=preflight_headers(request, bucket))


def preflight_headers(request: Request, bucket: Bucket) -> dict[str, str]:
    rule = _rule(bucket, request, request.headers.get("access-control-request-method", ""))
    if rule is None:
        return {}
    return _origin_headers(request, rule) | {
        "access-control-allow-methods": ", ".join(rule.method),
        "access-control-allow-headers": ", ".join(rule.response_header),
        "access-control-max-age": str(rule.max_age_seconds),
    }


def cors_headers(request: Request, bucket: Bucket) -> dict[str, str]:
    rule = _rule(bucket, request, request.method)
    if rule is None:
        return {}
    headers = {"access-control-expose-headers": ", ".join(rule.response_header)}
    return _origin_headers(request, rule) | headers


def _rule(bucket: Bucket, request: Request, method: str) -> CorsRule | None:
    """The first of the bucket's rules for this origin and method."""
    origin = request.headers.get("origin")
    for rule in bucket.cors:
        if origin and {origin, "*"} & set(rule.origin) and {method, "*"} & set(rule.method):
            return rule
    return None


def _origin_headers(request: Request, rule: CorsRule) -> dict[str, str]:
    if "*" in rule.origin:
        return {"access-control-allow-origin": "*"}
    return {"access-control-allow-origin": request.headers["origin"], "vary": "Origin"}


def _object(request: Request, bucket: Bucket) -> BucketObject:
    """Raises XmlError 404."""
    if request.path_params["bucket"] != bucket.name:
        raise XmlError(404, "NoSuchBucket", "The specified bucket does not exist.")
    item = bucket.get(request.path_params["object"])
    if item is None:
        raise XmlError(404, "NoSuchKey", "The specified key does not exist.")
    return item


routes = [
    Route("/{bucket}/{object:path}", get_object, methods=["GET", "HEAD"]),
    Route("/{bucket}/{object:path}", preflight, methods=["OPTIONS"]),
]
