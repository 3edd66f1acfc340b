"""Uploads into the store on this machine: Google's resumable protocol at a signed address (Cloud Storage docs: Resumable
uploads), so that pages speak one protocol, whatever the store.

A body goes to the disk as it comes, a mebibyte at a time: what is held in memory does not grow with the file.
"""

import asyncio
import errno
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from logs.logger import get_logger
from storage.local_uploads import PATH, LocalUploads, PieceTooFar, Place, PlaceTaken
from storage.resumable import Piece, PieceUnreadable, range_header
from storage.store import CHUNK_BYTES, UploadOver

log = get_logger(__name__)

# A phone that has lost its network says nothing for ever.
SILENCE_SECONDS = 60.0
_NOT_CACHED = {"Cache-Control": "no-store"}
_STORAGE_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class UploadDoor:
    uploads: LocalUploads

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(f"{PATH}/{{token}}", self.send, methods=["PUT"])
        router.add_api_route(f"{PATH}/{{token}}", self.cancel, methods=["DELETE"])
        return router

    async def send(self, token: str, request: Request) -> Response:
        """308 with what is kept, 200 once all is; 400 unreadable, 404 over, 412 another object is there, 503 ask what is
        kept and go on from there."""
        place = self._place(token)
        try:
            piece = _piece(request.headers.get("content-range"), place)
            if piece.is_question:
                kept = await run_in_threadpool(self.uploads.kept, place)
            else:
                kept = await self._take(place, piece, request)
            return await self._answer(place, kept)
        except UploadOver as error:
            raise HTTPException(404, "upload not found") from error
        except PieceUnreadable as error:
            raise HTTPException(400, str(error)) from error
        except PieceTooFar as error:
            raise HTTPException(503, "a piece before this one is missing") from error
        except PlaceTaken as error:
            raise HTTPException(412, "the object is there already") from error
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except OSError as error:
            if error.errno not in _STORAGE_FULL:
                raise
            log.error("no room for an upload", exc_info=error)
            raise HTTPException(503, "no room") from error

    def cancel(self, token: str) -> Response:
        self.uploads.cancel(self._place(token))
        return Response(status_code=204)

    async def _take(self, place: Place, piece: Piece, request: Request) -> int:
        """How much is kept then; what came before the sender was lost is kept too."""
        at, end, kept = piece.first, piece.first + piece.length, 0
        waiting = bytearray()
        try:
            async for chunk in _chunks(request):
                waiting += chunk
                if at + len(waiting) > end:
                    raise PieceUnreadable("more bytes than the piece has")
                if len(waiting) >= CHUNK_BYTES:
                    kept = await run_in_threadpool(self.uploads.append, place, at, bytes(waiting))
                    at += len(waiting)
                    waiting.clear()
        finally:
            if at + len(waiting) <= end:
                kept = await run_in_threadpool(self.uploads.append, place, at, bytes(waiting))
        return kept

    async def _answer(self, place: Place, kept: int) -> Response:
        if kept < place.size:
            return Response(status_code=308, headers=range_header(kept) | _NOT_CACHED)
        await run_in_threadpool(self.uploads.finish, place)
        return JSONResponse({"size": str(place.size)}, headers=_NOT_CACHED)

    def _place(self, token: str) -> Place:
        try:
            return self.uploads.place_of(token)
        except UploadOver as error:
            raise HTTPException(404, "upload not found") from error


def _piece(header: str | None, place: Place) -> Piece:
    """Without a header, all comes at once. Raises PieceUnreadable."""
    if header is None:
        return Piece(0, place.size, place.size)
    piece = Piece.of(header)
    if piece.total != place.size:
        raise PieceUnreadable("another size than the upload was opened for")
    return piece


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Raises ClientDisconnect, also for a sender who is silent too long."""
    stream = request.stream()
    try:
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise ClientDisconnect from error
            yield chunk
    finally:
        await stream.aclose()
