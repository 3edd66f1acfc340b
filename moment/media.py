"""Media that LINE clients play, by signed link, with Range and HEAD."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from models.base import utc_now
from storage.links import LinkExpired, LinkInvalid, LinkUnreadable, MediaLinks
from storage.sniff import content_type
from storage.store import ObjectMissing, ObjectStore, StoredObject

# A client keeps a played video for a while; the object under a key never changes.
CACHE = "private, max-age=86400, immutable"


@dataclass(frozen=True)
class MediaDoor:
    """`delivery`: a 302 to where the object lies, or its bytes through our own host, for networks that reach no
    other."""

    links: MediaLinks
    store: ObjectStore
    delivery: Literal["redirect", "stream"]
    link_days: int

    def router(self) -> APIRouter:
        router = APIRouter()
        router.api_route("/media/{token}/{file_name}", methods=["GET", "HEAD"])(self.media)
        return router

    def media(self, token: str, file_name: str, request: Request) -> Response:
        """Streams the object (206 for a Range), or leads to where it lies; 403 forged, 410 expired, 404 gone
        (unsent) or never there."""
        try:
            key = self.links.key_of(token)
        except LinkInvalid as error:
            raise HTTPException(403, "not one of our links") from error
        except LinkExpired as error:
            raise HTTPException(410, "this link has expired") from error
        except LinkUnreadable as error:
            raise HTTPException(404, "nothing of ours") from error
        try:
            path = self.store.local_path(key)
            if path is not None:
                headers = {"Cache-Control": CACHE, "X-Content-Type-Options": "nosniff"}
                return FileResponse(path, media_type=content_type(path), headers=headers)
            entry = self.store.describe(key)
        except ObjectMissing as error:
            raise HTTPException(404, "no longer here") from error
        if self.delivery == "stream":
            return self._stream(key, entry, request.headers.get("range"))
        expires_at = utc_now() + timedelta(days=self.link_days)
        # The link it leads to lives for hours only: what a client keeps must not outlive it.
        headers = {"Cache-Control": "private, max-age=600"}
        return RedirectResponse(self.store.signed_url(key, expires_at), status_code=302, headers=headers)

    def _stream(self, key: str, entry: StoredObject, range_header: str | None) -> Response:
        """One range at a time, as players ask (RFC 9110, 14.2)."""
        headers = {"Cache-Control": CACHE, "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}
        start, end, status = 0, entry.bytes, 200
        if range_header is not None and (span := _range(range_header, entry.bytes)) is not None:
            start, end = span
            if start >= end:
                raise HTTPException(416, headers={"Content-Range": f"bytes */{entry.bytes}"})
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.bytes}"
        headers["Content-Length"] = str(end - start)
        chunks = self.store.read(key, start, end)
        return StreamingResponse(chunks, status_code=status, media_type=entry.content_type, headers=headers)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for what is not one range of bytes and so is not heeded."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last so many
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size
