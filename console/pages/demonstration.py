"""The coach's hand: what they say, stop at and draw on a learner's footage, looked over and sent as their own message."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError
from sqlmodel import Session as DbSession

from console.fields import MAX_ID, UserId
from console.identity import PATH, LearnerToChange, SignedInCoach, in_sight
from console.pages.media import ThreadMedia
from console.pages.wording import WORDS
from console.parts import Parts, PartsOf, Reading, Transaction
from console.shell import render
from errors import MomentError
from knowledge_base import phrasebook, thread_words
from models.demonstration import LONGEST_SECONDS, Demonstration, Ink, Recording, SpokenLine
from models.dish import Dish
from models.media import Media
from models.session import CookingSession
from services import demonstrations
from services.coaches import Asker, learner_seen
from services.demonstrations import DemonstrationSent, RecordingUnfit
from services.handover import ThreadTaken
from services.privacy import LearnerLeaving, purge_again
from services.sessions import own_session
from storage.store import CHUNK_BYTES

router = APIRouter(prefix="/threads/{user_id}")

SessionId = Annotated[int, Path(ge=1, le=MAX_ID)]
DemonstrationId = Annotated[int, Path(ge=1, le=MAX_ID)]
MOST_BYTES = 20_000_000  # three minutes of what a browser records are three


@router.get("/sessions/{session_id}/hand")
async def hand(
    request: Request,
    user_id: UserId,
    session_id: SessionId,
    asker: SignedInCoach,
    parts: PartsOf,
    db: Reading,
) -> HTMLResponse:
    """Raises LearnerNotInSight, NoSuchSession."""
    return await db.run(_hand, request, asker, parts, user_id, session_id)


@router.post("/sessions/{session_id}/hand", dependencies=[Depends(in_sight)])
def record(
    request: Request,
    user_id: UserId,
    session_id: SessionId,
    asker: SignedInCoach,
    parts: PartsOf,
    voice: UploadFile,
    clip_id: Annotated[int, Form(ge=1, le=MAX_ID)],
    recording: Annotated[str, Form(max_length=4_000_000)],
) -> RedirectResponse:
    """The row first, then the voice it knows of. Raises RecordingUnfit, ClipGone, LearnerNotInSight, StoreError."""
    shown, kind = _recording(recording), (voice.content_type or "").partition(";")[0]
    if not voice.size or voice.size > MOST_BYTES or not kind.startswith(("audio/", "video/")):
        raise RecordingUnfit(f"{voice.size} bytes of {kind}")
    with parts.database.transaction() as db:
        session = _session_of(db, asker, user_id, session_id)
        row = demonstrations.begin(db, session, clip_id, asker.coach_id, shown)
    parts.store.put(row.voice_key, iter(lambda: voice.file.read(CHUNK_BYTES), b""), kind)
    with parts.database.transaction() as db:
        demonstrations.owe_hearing(db, row.id)
        purge_again(db, row.voice_key)
    return RedirectResponse(f"{PATH}/threads/{user_id}/demonstrations/{row.id}", 303)


@router.get("/demonstrations/{demonstration_id}")
async def demonstration(
    request: Request,
    user_id: UserId,
    demonstration_id: DemonstrationId,
    asker: SignedInCoach,
    parts: PartsOf,
    db: Reading,
) -> HTMLResponse:
    """Raises DemonstrationGone, LearnerNotInSight."""
    return await db.run(_page, request, asker, parts, user_id, demonstration_id)


@router.post("/demonstrations/{demonstration_id}/send")
def send(
    request: Request,
    demonstration_id: DemonstrationId,
    asker: SignedInCoach,
    learner: LearnerToChange,
    parts: PartsOf,
    db: Transaction,
    text: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`text`: a caption for each that was heard, in order; an empty one is none. Raises DemonstrationGone."""
    user_id = learner.id
    row = demonstrations.demonstration_of(db, user_id, demonstration_id, lock=True)
    try:
        demonstrations.send(db, learner, row, asker.coach_id, _lines(row, text or []))
        db.flush()
    except (DemonstrationSent, ThreadTaken, LearnerLeaving) as error:
        db.rollback()
        return _page(db, request, asker, parts, user_id, demonstration_id, refusal=error)
    return RedirectResponse(f"{PATH}/threads/{user_id}/demonstrations/{demonstration_id}", 303)


@router.post("/demonstrations/{demonstration_id}/discard")
def discard(
    demonstration_id: DemonstrationId, asker: SignedInCoach, learner: LearnerToChange, db: Transaction
) -> RedirectResponse:
    """Raises DemonstrationGone, DemonstrationSent."""
    row = demonstrations.demonstration_of(db, learner.id, demonstration_id, lock=True)
    session_id = row.session_id
    demonstrations.discard(db, row, asker.coach_id, learner.id)
    return RedirectResponse(f"{PATH}/threads/{learner.id}/sessions/{session_id}/hand", 303)


def _hand(
    db: DbSession, request: Request, asker: Asker, parts: Parts, user_id: int, session_id: int
) -> HTMLResponse:
    session = _session_of(db, asker, user_id, session_id)
    media = ThreadMedia.of(parts)
    clips = [clip for clip in session.videos if clip.is_stored and clip.may_be_seen]
    return render(
        request,
        "hand.html",
        asker=asker,
        user_id=user_id,
        session=session,
        dish=db.get_one(Dish, session.dish_id).name_ja,
        clips=[(clip.id, media.link(clip.object_key)) for clip in clips],
        inks=[(ink.value, thread_words.INKS[ink.value]) for ink in Ink],
        longest=LONGEST_SECONDS,
    )


def _page(
    db: DbSession,
    request: Request,
    asker: Asker,
    parts: Parts,
    user_id: int,
    demonstration_id: int,
    *,
    refusal: MomentError | None = None,
) -> HTMLResponse:
    learner = learner_seen(db, asker, user_id)
    row = demonstrations.demonstration_of(db, user_id, demonstration_id)
    clip = db.get_one(Media, row.clip_id)
    media = ThreadMedia.of(parts)
    return render(
        request,
        "demonstration.html",
        asker=asker,
        status=409 if refusal else 200,
        words=WORDS,
        learner=learner,
        row=row,
        lines=[SpokenLine.model_validate(each) for each in row.lines],
        clip=media.link(clip.object_key),
        voice=media.link(row.voice_key),
        film=media.link(row.film_key) if row.made_at else "",
        recording=row.recording,
        state=_state(row),
        refusal=phrasebook.phrase(refusal.words_key, **refusal.facts) if refusal else "",
    )


def _state(row: Demonstration) -> str:
    if row.parked_at is not None:
        return "failed"
    if row.made_at is not None:
        return "made"
    if row.sent_at is not None:
        return "making"
    return "heard" if row.heard_at is not None else "hearing"


def _lines(row: Demonstration, texts: Sequence[str]) -> Sequence[SpokenLine]:
    """Their times as they were heard. What is written where nothing was heard stands for the whole."""
    heard = [SpokenLine.model_validate(each) for each in row.lines]
    if not heard and texts and texts[0].strip():
        seconds = Recording.model_validate(row.recording).seconds
        return [SpokenLine(start=0, seconds=seconds, text=texts[0].strip()[:400])]
    return [
        line.model_copy(update={"text": text.strip()[:400]}) for line, text in zip(heard, texts, strict=False)
    ]


def _recording(sent: str) -> Recording:
    """Raises RecordingUnfit."""
    try:
        return Recording.model_validate_json(sent)
    except ValidationError as error:
        raise RecordingUnfit(f"{error.error_count()} faults") from error


def _session_of(db: DbSession, asker: Asker, user_id: int, session_id: int) -> CookingSession:
    """Raises LearnerNotInSight, NoSuchSession."""
    learner_seen(db, asker, user_id)
    return own_session(db, user_id, session_id)
