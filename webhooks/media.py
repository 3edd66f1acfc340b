"""Media that LINE clients play, by signed link, with Range and HEAD."""

import re
from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from models.base import utc_now
from pipeline.links import LinkExpired, LinkInvalid, linked_key
from pipeline.media.sniff import HEAD_BYTES, MediaKind, media_kind
from pipeline.providers.loading import store
from pipeline.providers.ports import ObjectMissing, StoredObject
from settings import settings

router = APIRouter()

# A client keeps a played video for a while; the object under a key never changes.
CACHE = "private, max-age=86400, immutable"


@router.api_route("/media/{token}/{file_name}", methods=["GET", "HEAD"])
def media(token: str, file_name: str, request: Request) -> Response:
    """Streams the object (206 for a Range), or leads to where it lies; 403 forged, 410 expired, 404 gone (unsent)."""
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
    try:
        found = store().describe(key)
    except ObjectMissing as error:
        raise HTTPException(404, "no longer here") from error
    if settings().media_delivery == "stream":
        return _streamed(key, found, request.headers.get("range"))
    expires_at = utc_now() + timedelta(days=settings().media_link_days)
    # The link it leads to lives for hours only: what a client keeps must not outlive it.
    headers = {"Cache-Control": "private, max-age=600"}
    return RedirectResponse(store().signed_url(key, expires_at), status_code=302, headers=headers)


def _streamed(key: str, found: StoredObject, wanted: str | None) -> Response:
    """Through our own host, for networks that reach no other. One range at a time, as players ask (RFC 9110, 14.2)."""
    headers = {"Cache-Control": CACHE, "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}
    start, end = 0, found.bytes
    status = 200
    if wanted is not None and (span := _range(wanted, found.bytes)) is not None:
        start, end = span
        if start >= end:
            raise HTTPException(416, headers={"Content-Range": f"bytes */{found.bytes}"})
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.bytes}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(
        store().read(key, start, end), status_code=status, media_type=found.content_type, headers=headers
    )


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for what is not one range of bytes and so is not heeded."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if asked is None or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if not first:  # the last so many
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


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
