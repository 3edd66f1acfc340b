"""A picture or a voice, as the coach's own message."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import RedirectResponse

from console.fields import UserId
from console.identity import PATH, SignedInCoach, in_sight
from console.parts import PartsOf
from errors import MomentError
from models.chat import Attachment
from services.coach_messages import AttachmentUnfit, send_attachment
from services.coaches import learner_seen
from services.threads.marks import mark_done
from storage.keys import new_attachment_key
from storage.store import CHUNK_BYTES, chunks_of, write_all
from storage.workspace import workspace

router = APIRouter(prefix="/threads/{user_id}")

MOST_BYTES = 20_000_000
_TYPES = {Attachment.PHOTO: "image/jpeg", Attachment.VOICE: "audio/mp4"}


@router.post("/attachments", dependencies=[Depends(in_sight)])
def send(
    user_id: UserId,
    asker: SignedInCoach,
    parts: PartsOf,
    kind: Annotated[Attachment, Form()],
    file: UploadFile,
) -> RedirectResponse:
    """First into the store, then owed. Raises AttachmentUnfit, ThreadTaken, LearnerLeaving, LearnerNotInSight."""
    if not file.size or file.size > MOST_BYTES:
        raise AttachmentUnfit(f"{file.size} bytes")
    key = new_attachment_key(kind)
    with workspace() as folder:
        sent = folder / "sent"
        write_all(iter(lambda: file.file.read(CHUNK_BYTES), b""), sent)
        made, seconds = parts.make_attachment(kind, sent, folder)
        parts.store.put(key, chunks_of(made), _TYPES[kind])
    try:
        with parts.database.transaction() as db:
            learner = learner_seen(db, asker, user_id)
            message = send_attachment(db, learner, asker.coach_id, kind, key, seconds)
            mark_done(db, asker.coach_id, user_id, message.id)
    except MomentError:  # no row knows of it
        parts.store.delete(key)
        raise
    return RedirectResponse(f"{PATH}/threads/{user_id}", 303)
