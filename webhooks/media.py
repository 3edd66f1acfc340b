"""Media that LINE clients play, by signed link, with Range and HEAD."""

from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, RedirectResponse, Response

from models.base import utc_now
from pipeline.links import LinkExpired, LinkInvalid, linked_key
from pipeline.media.sniff import HEAD_BYTES, MediaKind, media_kind
from pipeline.providers.loading import store
from settings import settings

router = APIRouter()

# A client keeps a played video for a while; the object under a key never changes.
CACHE = "private, max-age=86400, immutable"


@router.api_route("/media/{token}/{file_name}", methods=["GET", "HEAD"])
def media(token: str, file_name: str) -> Response:
    """Streams the object (206 for a Range); 403 forged, 410 expired, 404 gone (unsent)."""
    try:
        key = linked_key(token)
    except LinkInvalid as error:
        raise HTTPException(403, "not one of our links") from error
    except LinkExpired as error:
        raise HTTPException(410, "this link has expired") from error
    path = store().local_path(key)
    if path is not None:
        headers = {"Cache-Control": CACHE, "X-Content-Type-Options": "nosniff"}
        return FileResponse(path, media_type=content_type(path), headers=headers)
    if not store().exists(key):
        raise HTTPException(404, "no longer here")
    expires_at = utc_now() + timedelta(days=settings().media_link_days)
    return RedirectResponse(store().signed_url(key, expires_at), status_code=302)


def content_type(path: Path) -> str:
    """Told by the content: a key's name says what was asked for, not what a learner sent."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = media_kind(head)
    if kind is MediaKind.VIDEO:
        if head.startswith(b"\x1aE"):
            return "video/webm"
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if kind is MediaKind.AUDIO:
        return "audio/mp4" if head[4:8] == b"ftyp" else "audio/mpeg"
    if kind is MediaKind.IMAGE:
        return "image/png" if head.startswith(b"\x89PNG") else "image/jpeg"
    return "application/octet-stream"
