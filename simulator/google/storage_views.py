"""Objects as Cloud Storage's two APIs describe them."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from simulator.google.objects import BucketObject, ObjectMeta

# JSON API names of what a caller may say of an object, and ours.
WRITABLE = {
    "contentType": "content_type",
    "cacheControl": "cache_control",
    "contentDisposition": "content_disposition",
    "metadata": "custom",
}


def object_resource(base_url: str, bucket: str, item: BucketObject) -> dict[str, Any]:
    path = f"{quote(bucket)}/o/{quote(item.name, safe='')}"
    resource = {
        "kind": "storage#object",
        "id": f"{bucket}/{item.name}/{item.generation}",
        "selfLink": f"{base_url}/storage/v1/b/{path}",
        "mediaLink": f"{base_url}/download/storage/v1/b/{path}?generation={item.generation}&alt=media",
        "name": item.name,
        "bucket": bucket,
        "generation": str(item.generation),
        "metageneration": str(item.metageneration),
        "contentType": item.meta.content_type,
        "cacheControl": item.meta.cache_control,
        "contentDisposition": item.meta.content_disposition,
        "metadata": item.meta.custom or None,
        "storageClass": "STANDARD",
        "size": str(item.size),
        "md5Hash": item.md5,
        "crc32c": item.crc32c,
        "etag": f"{item.generation}/{item.metageneration}",
        "timeCreated": _time(item.created),
        "updated": _time(item.updated),
    }
    return {name: value for name, value in resource.items() if value is not None}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def hash_header(item: BucketObject) -> str:
    return f"crc32c={item.crc32c},md5={item.md5}"


def meta_of(resource: dict[str, Any], content_type: str | None) -> ObjectMeta:
    """What an upload's JSON says of the object; `content_type` is what its bytes came with."""
    facts = {WRITABLE[name]: value for name, value in resource.items() if name in WRITABLE and value}
    return ObjectMeta.model_validate({"content_type": content_type or "application/octet-stream"} | facts)
