"""Long videos and voice memos from a learner's browser: where to send them, how far they have come, that they are here."""

import base64
import binascii
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field, StrictInt, field_validator

from liff.api.fields import MAX_ID, Body, SessionId
from liff.bounded import BoundedRoute
from liff.identity import Asking
from liff.parts import PartsOf, Reading
from models.media import MediaKind
from models.upload import Upload
from services.offered_file import OfferedFile
from services.uploads import Progress
from storage.sniff import HEAD_BYTES

# A multiple of the protocol's 256 KiB that a phone sends within seconds.
CHUNK_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 500

# What each does is done once however often it is asked for: no key is needed.
router = APIRouter(tags=["uploads"], route_class=BoundedRoute)


async def learner_id(asker: Asking, db: Reading) -> int:
    """Whose request it is. No connection is kept while the store is asked. Raises as `asking`."""
    await db.close()
    return asker.learner_id


LearnerId = Annotated[int, Depends(learner_id)]
UploadId = Annotated[int, Path(ge=1, le=MAX_ID, description="An upload's id", examples=[1])]


class FileOffer(Body):
    """What a page knows of a file that the learner has picked."""

    name: str = Field(
        max_length=LONGEST_NAME,
        description="Only to know the same file again; it is not kept",
        examples=["clip.mp4"],
    )
    bytes: StrictInt = Field(ge=0, le=2**53, examples=[12_345_678])
    content_type: str = Field("", max_length=200, pattern=r"^[ -~]*$")
    last_modified: StrictInt = Field(
        ge=-(2**53), le=2**53, description="Milliseconds since 1970, UTC", examples=[1_790_000_000_000]
    )
    head_sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="Of the first mebibyte", examples=["0" * 64]
    )
    head: str = Field(
        "",
        max_length=HEAD_BYTES * 2,
        description=f"The first {HEAD_BYTES} bytes, base64: what can't be used is refused before it is sent",
    )

    @field_validator("head")
    @classmethod
    def is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        return value

    def as_file(self, kind: MediaKind) -> OfferedFile:
        return OfferedFile(
            kind,
            self.name,
            self.bytes,
            self.content_type,
            self.last_modified,
            self.head_sha256,
            base64.b64decode(self.head),
        )


class UploadState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class UploadAnswer(BaseModel):
    """An upload. The bytes go by PUT to `url`, in pieces, as Google's resumable protocol has it."""

    id: int
    kind: MediaKind
    state: UploadState
    session_id: int | None = Field(description="The cook it is for")
    url: str | None = Field(description="Where to send to; a secret. None once it is not open any more")
    offset: int = Field(description="So many of the first bytes are here")
    bytes: int
    chunk_bytes: int = Field(description="How long a piece should be")
    opened_at: datetime


@router.post("/sessions/{session_id}/upload", status_code=201, summary="Open the upload of a cook's video")
def open_video(session_id: SessionId, offer: FileOffer, learner: LearnerId, parts: PartsOf) -> UploadAnswer:
    """Opens the upload of a cook's video, or goes on with that of the same file."""
    return _answer(parts.uploads.open(learner, session_id, offer.as_file(MediaKind.VIDEO)))


@router.post("/sessions/{session_id}/voice-memo", status_code=201, summary="Open the upload of a voice memo")
def open_memo(session_id: SessionId, offer: FileOffer, learner: LearnerId, parts: PartsOf) -> UploadAnswer:
    """Opens the upload of what the learner says of a cook, or goes on with that of the same file."""
    return _answer(parts.uploads.open(learner, session_id, offer.as_file(MediaKind.MEMO)))


@router.get("/uploads/{upload_id}", summary="Read how far an upload has come")
def look_at_upload(upload_id: UploadId, learner: LearnerId, parts: PartsOf) -> UploadAnswer:
    return _answer(parts.uploads.look(learner, upload_id))


@router.post("/uploads/{upload_id}/complete", summary="Say that all bytes are sent")
def complete_upload(upload_id: UploadId, learner: LearnerId, parts: PartsOf) -> UploadAnswer:
    """All bytes are there: the coaching begins. Once more changes nothing."""
    upload = parts.uploads.complete(learner, upload_id)
    return _answer(Progress(upload, upload.size))


@router.delete("/uploads/{upload_id}", status_code=204, summary="Cancel an upload")
def cancel_upload(upload_id: UploadId, learner: LearnerId, parts: PartsOf) -> None:
    """What was sent is deleted."""
    parts.uploads.cancel(learner, upload_id)


def _answer(progress: Progress) -> UploadAnswer:
    upload = progress.upload
    return UploadAnswer(
        id=upload.id,
        kind=upload.kind,
        state=_state(upload),
        session_id=upload.session_id,
        url=upload.place if upload.is_open else None,
        offset=progress.kept,
        bytes=upload.size,
        chunk_bytes=CHUNK_BYTES,
        opened_at=upload.opened_at,
    )


def _state(upload: Upload) -> UploadState:
    if upload.completed_at is not None:
        return UploadState.COMPLETED
    return UploadState.CANCELLED if upload.cancelled_at is not None else UploadState.OPEN
