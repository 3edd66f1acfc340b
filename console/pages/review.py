"""Coaching before and after it goes: a pause for a coach's eye, and the coach's corrections."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from console.fields import MAX_ID, UserId
from console.identity import PATH, Admin, LearnerToChange, SignedInCoach
from console.pages.thread import AtThread, MessageId, own_message
from console.pages.wording import WORDS
from console.parts import PartsOf, Reading, Transaction
from console.shell import render
from errors import MomentError
from knowledge_base import phrasebook, thread_words
from models.chat import Message, MessageType
from models.coach import Coach
from models.coaching import CoachingText
from models.dish import Dish
from models.review import Correction
from models.session import CookingSession
from services import review
from services.coaches import Asker, learner_seen
from services.review import EDITABLE, CorrectionLate, CorrectionUnfit
from services.sessions import NoSuchSession, own_session
from services.threads.entries import fate_of

router = APIRouter()

SessionId = Annotated[int, Path(ge=1, le=MAX_ID)]
Minutes = Annotated[int, Form(ge=0, le=max(review.MINUTES))]
Words = Annotated[str, Form(max_length=2_000)]


@router.post("/review")
def pause_all(asker: Admin, db: Transaction, minutes: Minutes) -> RedirectResponse:
    """Of all learners who have no pause of their own."""
    review.set_pause(db, asker.coach_id, None, minutes)
    return RedirectResponse(f"{PATH}/coaches", 303)


@router.post("/threads/{user_id}/review")
def pause_one(at: AtThread, minutes: Minutes) -> Response:
    def act() -> None:
        review.set_pause(at.db, at.asker.coach_id, at.learner.id, minutes)

    return at.do(act, thread_words.PAUSED if minutes else thread_words.NOT_PAUSED)


@router.post("/threads/{user_id}/messages/{message_id}/send-now")
def send_now(at: AtThread, message_id: MessageId) -> Response:
    def act() -> None:
        review.send(at.db, own_message(at, message_id).id, at.asker.coach_id)

    return at.do(act, thread_words.RELEASED)


@router.post("/threads/{user_id}/messages/{message_id}/stop")
def stop(at: AtThread, message_id: MessageId) -> Response:
    def act() -> None:
        review.stop(at.db, own_message(at, message_id).id, at.asker.coach_id)

    return at.do(act, thread_words.STOPPED)


@router.get("/threads/{user_id}/sessions/{session_id}/coaching")
async def coaching(
    request: Request, user_id: UserId, session_id: SessionId, asker: SignedInCoach, db: Reading
) -> HTMLResponse:
    """Raises LearnerNotInSight."""
    return await db.run(_page, request, asker, user_id, session_id)


@router.post("/threads/{user_id}/sessions/{session_id}/coaching")
def correct(
    request: Request,
    session_id: SessionId,
    asker: SignedInCoach,
    learner: LearnerToChange,
    parts: PartsOf,
    db: Transaction,
    seen: Annotated[int, Form(ge=0, le=MAX_ID)],
    mondaiten: Words,
    skill: Words,
    next_action: Words,
    success_sign: Words,
    last_time: Words = "",
    praise: Words = "",
    comparison: Words = "",
    stop_cue: Words = "",
    safety: Words = "",
) -> Response:
    """Raises LearnerNotInSight."""
    written = {
        "mondaiten": mondaiten,
        "skill": skill,
        "next_action": next_action,
        "success_sign": success_sign,
        "last_time": last_time,
        "praise": praise,
        "comparison": comparison,
        "stop_cue": stop_cue,
        "safety": safety,
    }
    user_id = learner.id
    session = _session_of(db, user_id, session_id, lock=True)
    try:
        review.correct(db, session, asker.coach_id, written, parts.check_words, seen=seen)
        db.flush()
    except (CorrectionUnfit, CorrectionLate) as error:
        db.rollback()
        status = 422 if isinstance(error, CorrectionUnfit) else 409
        return _page(db=db, request=request, asker=asker, user_id=user_id, session_id=session_id,
                     refusal=error, written=written, status=status)  # fmt: skip
    return RedirectResponse(f"{PATH}/threads/{user_id}", 303)


def _page(
    db: DbSession,
    request: Request,
    asker: Asker,
    user_id: int,
    session_id: int,
    *,
    refusal: MomentError | None = None,
    written: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """What was written stays where it is refused. Raises LearnerNotInSight."""
    learner = learner_seen(db, asker, user_id)
    session = _session_of(db, user_id, session_id)
    text = CoachingText.model_validate(session.coaching_text)
    its_message = select(Message).where(
        Message.session_id == session_id, Message.kind == MessageType.COACHING_READY
    )
    message = db.exec(its_message).first()
    return render(
        request,
        "correction.html",
        asker=asker,
        status=status,
        words=WORDS,
        learner=learner,
        session=session,
        dish=db.get_one(Dish, session.dish_id).name_ja,
        message=message,
        fate=fate_of(message).value if message is not None else "",
        fields=[(name, thread_words.FIELDS[name]) for name in EDITABLE],
        text=written or {name: getattr(text, name) for name in EDITABLE},
        seen=review.last_correction(db, session_id),
        refusal=phrasebook.phrase(refusal.words_key) if refusal else "",
        faults=_faults(refusal.faults) if isinstance(refusal, CorrectionUnfit) else {},
        corrections=_corrections(db, session_id),
    )


def _faults(faults: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """By field; "" of the whole."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        kind, _, name = fault.partition(":")
        found.setdefault(name, []).append(thread_words.FAULTS[kind])
    return found


def _corrections(db: DbSession, session_id: int) -> Sequence[tuple[Correction, str]]:
    """The newest first, with who made it."""
    statement = (
        select(Correction, Coach.name)
        .outerjoin(Coach, col(Coach.id) == Correction.coach_id)
        .where(Correction.session_id == session_id)
        .order_by(col(Correction.id).desc())
    )
    return [(row, name or "") for row, name in db.exec(statement)]


def _session_of(db: DbSession, user_id: int, session_id: int, *, lock: bool = False) -> CookingSession:
    """With a coaching text. Raises NoSuchSession."""
    session = own_session(db, user_id, session_id, lock=lock)
    if not session.coaching_text:
        raise NoSuchSession(f"session {session_id} has no coaching")
    return session
