"""Objects as Cloud Storage's two APIs describe them."""

from typing import Any
from urllib.parse import quote

from simulator.google.objects import ObjectMeta, StoredObject

# JSON API names of what a caller may say of an object, and ours.
WRITABLE = {
    "contentType": "content_type",
    "cacheControl": "cache_control",
    "contentDisposition": "content_disposition",
    "metadata": "custom",
}


def object_resource(base_url: str, bucket: str, stored: StoredObject) -> dict[str, Any]:
    path = f"{quote(bucket)}/o/{quote(stored.name, safe='')}"
    described = {
        "kind": "storage#object",
        "id": f"{bucket}/{stored.name}/{stored.generation}",
        "selfLink": f"{base_url}/storage/v1/b/{path}",
        "mediaLink": f"{base_url}/download/storage/v1/b/{path}?generation={stored.generation}&alt=media",
        "name": stored.name,
        "bucket": bucket,
        "generation": str(stored.generation),
        "metageneration": str(stored.metageneration),
        "contentType": stored.meta.content_type,
        "cacheControl": stored.meta.cache_control,
        "contentDisposition": stored.meta.content_disposition,
        "metadata": stored.meta.custom or None,
        "storageClass": "STANDARD",
        "size": str(stored.size),
        "md5Hash": stored.md5,
        "crc32c": stored.crc32c,
        "etag": f"{stored.generation}/{stored.metageneration}",
        "timeCreated": stored.created.isoformat(),
        "updated": stored.updated.isoformat(),
    }
    return {name: value for name, value in described.items() if value is not None}


def hash_header(stored: StoredObject) -> str:
    return f"crc32c={stored.crc32c},md5={stored.md5}"


def meta_of(resource: dict[str, Any], content_type: str | None) -> ObjectMeta:
    """What an upload's JSON says of the object; `content_type` is what its bytes came with."""
    said = {WRITABLE[name]: value for name, value in resource.items() if name in WRITABLE and value}
    return ObjectMeta.model_validate({"content_type": content_type or "application/octet-stream"} | said)
