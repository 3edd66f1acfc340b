"""Learners' media for the bot: content, transcoding status, preview (LINE docs: Getting content)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from simulator.http.connection import hang_up
from simulator.line.errors import LineError
from simulator.line.previews import preview_of
from simulator.line.requests import Caller, PlatformOf
from simulator.line.state import Channel, Json, Media, Platform

CHUNK_BYTES = 256 * 1024

router = APIRouter(prefix="/v2/bot/message/{message_id}/content")


@router.get("")
async def content(request: Request, message_id: str, platform: PlatformOf, channel: Caller) -> Response:
    """202 without a body while LINE prepares it, then the bytes. No Content-Length, no ranges: LINE promises none."""
    media = _media(platform, channel, message_id)
    if _still_preparing(media):
        return Response(status_code=202)
    return StreamingResponse(_bytes(request, media), media_type=media.content_type)


@router.get("/transcoding")
async def transcoding(message_id: str, platform: PlatformOf, channel: Caller) -> Json:
    media = _media(platform, channel, message_id)
    if media.kind not in ("video", "audio"):
        raise LineError(400, "Transcoding status doesn't support this type of content")
    if _still_preparing(media):
        return {"status": "processing"}
    # What the content then answers LINE doesn't say: here what the desk set for it (`preparing`, `missing`).
    return {"status": "failed" if media.transcoding_fails else "succeeded"}


@router.get("/preview")
async def preview(message_id: str, platform: PlatformOf, channel: Caller) -> Response:
    media = _media(platform, channel, message_id)
    if media.preparing > 0:
        return JSONResponse({}, status_code=202)
    image = await asyncio.to_thread(preview_of, media)
    if image is None:
        raise LineError(400, "The content can not be previewed")
    return Response(image, media_type="image/jpeg")


def _media(platform: Platform, channel: Channel, message_id: str) -> Media:
    """Raises LineError 404 for what this channel never got, 410 for what was unsent."""
    item = platform.items.get(message_id)
    media = item.media if item and item.channel == channel.name else None
    if media is None or media.missing:
        raise LineError(404, "not found")
    if media.gone:
        raise LineError(410, "The content is gone")
    return media


def _still_preparing(media: Media) -> bool:
    """Each look, at the content or at its status, brings a preparing file one step nearer."""
    if media.preparing == 0:
        return False
    media.preparing -= 1
    return True


async def _bytes(request: Request, media: Media) -> AsyncIterator[bytes]:
    size = media.size if media.cut_at is None else min(media.cut_at, media.size)
    async for chunk in _pieces(media, size):
        yield chunk
    if media.cut_at is not None and media.cut_at < media.size:
        hang_up(request.scope)


async def _pieces(media: Media, limit: int) -> AsyncIterator[bytes]:
    pace = media.slow_bytes_per_second
    step = CHUNK_BYTES if pace is None else max(1, min(CHUNK_BYTES, pace // 10))
    async with await anyio.open_file(media.path, "rb") as file:
        while limit > 0:
            chunk = await file.read(min(step, limit))
            if not chunk:
                return
            limit -= len(chunk)
            yield chunk
            if pace is not None:
                await asyncio.sleep(len(chunk) / pace)


async def store(request: Request, path: Path) -> int:
    """Streams a request's body to a file; returns its size in bytes. A broken upload leaves nothing behind."""
    size = 0
    try:
        async with await anyio.open_file(path, "xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                await file.write(chunk)
    except BaseException:
        await anyio.Path(path).unlink(missing_ok=True)
        raise
    return size


def media_facts(media: Media) -> dict[str, Any]:
    """What the webhook and the chat page say about a file beyond its id and type."""
    facts: dict[str, Any] = {}
    if media.kind == "file":
        facts |= {"fileName": media.file_name, "fileSize": media.size}
    elif media.duration_ms is not None:
        facts["duration"] = media.duration_ms
    return facts
