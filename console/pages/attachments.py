"""A picture, a voice or a video, as the coach's own message."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import RedirectResponse

from console.fields import UserId
from console.identity import PATH, SignedInCoach, in_sight
from console.parts import PartsOf
from models.chat import Attachment
from services.coach_messages import AttachmentUnfit, send_attachment
from services.coaches import learner_seen
from services.threads.marks import mark_done
from storage.keys import attachment_preview_key, new_attachment_key
from storage.sniff import content_type
from storage.store import CHUNK_BYTES, chunks_of, write_all
from storage.workspace import workspace

router = APIRouter(prefix="/threads/{user_id}")

MOST_BYTES = {Attachment.PHOTO: 20_000_000, Attachment.VOICE: 20_000_000, Attachment.VIDEO: 200_000_000}


@router.post("/attachments", dependencies=[Depends(in_sight)])
def send(
    user_id: UserId,
    asker: SignedInCoach,
    parts: PartsOf,
    kind: Annotated[Attachment, Form()],
    file: UploadFile,
) -> RedirectResponse:
    """First into the store, then owed. Raises AttachmentUnfit, ThreadTaken, LearnerLeaving, LearnerNotInSight."""
    if not file.size or file.size > MOST_BYTES[kind]:
        raise AttachmentUnfit(f"{file.size} bytes")
    key = new_attachment_key(kind)
    with workspace() as folder:
        sent = folder / "sent"
        write_all(iter(lambda: file.file.read(CHUNK_BYTES), b""), sent)
        made = parts.make_attachment(kind, sent, folder)
        files = {key: made.file}
        if made.preview is not None:
            files[attachment_preview_key(key)] = made.preview
        try:
            for name, path in files.items():
                parts.store.put(name, chunks_of(path), content_type(path))
            with parts.database.transaction() as db:
                learner = learner_seen(db, asker, user_id)
                message = send_attachment(db, learner, asker.coach_id, kind, key, made.seconds)
                mark_done(db, asker.coach_id, user_id, message.id)
        except Exception:  # whatever it was: no row knows of them
            for name in files:
                parts.store.delete(name)
            raise
    return RedirectResponse(f"{PATH}/threads/{user_id}", 303)
