"""One thread: what was said in both rooms, the coaches' notes, and what a coach does here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from console.fields import CoachIdInForm
from console.identity import LearnerToChange, SignedInCoach, require_own_or_admin
from console.learner_view import choices_of
from console.pages.media import ThreadMedia
from console.pages.threads import Before, UserId
from console.pages.wording import WORDS
from console.parts import Parts, PartsOf, Reading, Transaction
from console.shell import render
from errors import MomentError
from knowledge_base import phrasebook, thread_words
from models.chat import Message, MessageType, rooms_of
from models.coach import Coach
from models.handover import Resume
from models.user import User
from services import coach_messages, coaches, drafts, handover, operations
from services.coach_messages import LONGEST_WORDS, ThreadMoved, WordsUnfit
from services.coaches import Asker, LearnerNotInSight, audit
from services.drafts import DraftGone
from services.handover import LONGEST_SUMMARY, NotTaken, SummaryTooLong, ThreadTaken
from services.operations import FootageGone
from services.privacy import LearnerLeaving
from services.review import MINUTES, ReviewOver
from services.threads.entries import Page, read_thread
from services.threads.marks import mark_done, mark_read, mark_unread
from services.threads.presence import note_presence, others_present
from services.threads.rows import ThreadRow, rows_of

router = APIRouter(prefix="/threads/{user_id}")

# What may stand against an act. The page stays, with what was typed.
REFUSALS = (
    ThreadTaken,
    NotTaken,
    ThreadMoved,
    WordsUnfit,
    SummaryTooLong,
    DraftGone,
    FootageGone,
    LearnerLeaving,
    ReviewOver,
)

Words = Annotated[str, Form(max_length=5_000)]
MessageId = Annotated[int, Path(ge=1, lt=2**31)]
SeenTo = Annotated[int, Form(ge=0, lt=2**31)]


@dataclass(frozen=True)
class Thread:
    """`reply_seconds`: for so long words to the learner cost nothing; None: they cost a push. `choices`: the coaches whom
    the asker may assign."""

    row: ThreadRow
    page: Page
    reply_seconds: int | None
    choices: Sequence[Coach]


@dataclass(frozen=True)
class Notice:
    """What became of an act: said above the composer. `newer` is what the coach had not seen."""

    text: str
    is_refusal: bool = False
    newer: Message | None = None


def read(db: DbSession, asker: Asker, user_id: int, before: int | None = None) -> Thread:
    """Raises LearnerNotInSight."""
    rows = rows_of(db, asker, [user_id])
    if not rows:
        raise LearnerNotInSight(f"learner {user_id}, coach {asker.coach_id}")
    return Thread(
        rows[0],
        read_thread(db, user_id, before=before),
        coach_messages.reply_seconds_left(db, user_id),
        choices_of(db, asker, rows[0]),
    )


@router.get("")
async def thread(
    request: Request,
    user_id: UserId,
    asker: SignedInCoach,
    parts: PartsOf,
    db: Reading,
    before: Before = None,
) -> HTMLResponse:
    """Who opens it has read it, and has not dealt with it."""
    found = await db.run(read, asker, user_id, before)
    if before is None:
        await db.run(_note_read, asker, found)
    return _page(request, "thread.html", asker, found, ThreadMedia.of(parts), is_past=before is not None)


@router.get("/now")
async def now(
    request: Request, user_id: UserId, asker: SignedInCoach, parts: PartsOf, db: Reading
) -> HTMLResponse:
    """What changes on an open page."""
    found = await db.run(read, asker, user_id)
    await db.run(_note_read, asker, found)
    return _page(request, "thread_now.html", asker, found, ThreadMedia.of(parts))


@router.get("/older")
async def older(
    request: Request,
    user_id: UserId,
    asker: SignedInCoach,
    parts: PartsOf,
    db: Reading,
    before: Annotated[int, Query(ge=1, lt=2**31)],
) -> HTMLResponse:
    found = await db.run(read, asker, user_id, before)
    return _page(request, "entries.html", asker, found, ThreadMedia.of(parts))


@router.post("/presence")
def presence(
    request: Request,
    learner: LearnerToChange,
    asker: SignedInCoach,
    db: Transaction,
    is_typing: Annotated[bool, Form()],
) -> HTMLResponse:
    """A sign of life of an open page; the others who are there."""
    note_presence(db, asker.coach_id, learner.id, is_typing=is_typing)
    return render(
        request, "presence.html", asker=asker, others=others_present(db, asker.coach_id, learner.id)
    )


@dataclass(frozen=True)
class OnThread:
    """Of one act of a coach's on a thread: a refusal undoes what the act had begun, and the page says why."""

    request: Request
    parts: Parts
    asker: Asker
    learner: User
    db: DbSession

    def do(self, act: Callable[[], object], words: str) -> Response:
        user_id = self.learner.id
        try:
            act()
            self.db.flush()
        except REFUSALS as error:
            # No savepoint: what was to be told after the commit would be told at its end.
            self.db.rollback()
            return self._answer(user_id, _refusal(error), 409)
        return self._answer(user_id, Notice(words), 200)

    def _answer(self, user_id: int, notice: Notice, status: int) -> Response:
        found = read(self.db, self.asker, user_id)
        is_script = "HX-Request" in self.request.headers
        template = "thread_now.html" if is_script else "thread.html"
        media = ThreadMedia.of(self.parts)
        return _page(self.request, template, self.asker, found, media, notice=notice, status=status)


def on_thread(
    request: Request, parts: PartsOf, asker: SignedInCoach, learner: LearnerToChange, db: Transaction
) -> OnThread:
    return OnThread(request, parts, asker, learner, db)


AtThread = Annotated[OnThread, Depends(on_thread)]


@router.post("/take")
def take(at: AtThread) -> Response:
    return at.do(lambda: handover.take(at.db, at.learner, at.asker.coach_id), thread_words.TAKEN)


@router.post("/hand-back")
def hand_back(
    at: AtThread, resume: Annotated[Resume, Form()], summary: Annotated[str, Form(max_length=5_000)] = ""
) -> Response:
    def act() -> None:
        handover.hand_back(
            at.db, at.learner, at.asker.coach_id, resume, summary.strip(), for_another=at.asker.is_admin
        )

    return at.do(act, thread_words.RETURNED)


@router.post("/assign")
def assign(at: AtThread, coach_id: CoachIdInForm) -> Response:
    """Raises AdminsOnly, CoachUnknown."""
    require_own_or_admin(at.asker, coach_id)
    return at.do(
        lambda: coaches.assign(at.db, coach_id, at.learner.id, by=at.asker.coach_id), thread_words.ASSIGNED
    )


@router.post("/say")
def say(
    at: AtThread, text: Words, seen_to: SeenTo, quotes: Annotated[int | None, Form(ge=1, lt=2**31)] = None
) -> Response:
    """Who answers has dealt with what they saw."""

    def act() -> None:
        if quotes is not None:
            own_message(at, quotes)
        said = coach_messages.say_as_coach(
            at.db, at.learner, at.asker.coach_id, text, seen_to=seen_to, quotes=quotes
        )
        mark_done(at.db, at.asker.coach_id, at.learner.id, said.id)

    return at.do(act, thread_words.SAID)


@router.post("/note")
def note(at: AtThread, text: Words) -> Response:
    return at.do(
        lambda: coach_messages.note(at.db, at.learner.id, at.asker.coach_id, text), thread_words.NOTED
    )


@router.post("/done")
def done(at: AtThread, seen_to: SeenTo) -> Response:
    def act() -> None:
        mark_done(at.db, at.asker.coach_id, at.learner.id, seen_to)
        audit(at.db, at.asker.coach_id, "thread.done", user_id=at.learner.id, seen_to=seen_to)

    return at.do(act, thread_words.DONE)


@router.post("/unread")
def unread(at: AtThread) -> Response:
    """Back to the list: whoever stays on the page reads it."""
    mark_unread(at.db, at.asker.coach_id, at.learner.id)
    to = "/console/threads?filter=unread"
    if "HX-Request" in at.request.headers:
        return Response(status_code=204, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


@router.post("/drafts/{message_id}/release")
def release(at: AtThread, message_id: MessageId) -> Response:
    def act() -> None:
        _require_thread(at)
        drafts.release(at.db, own_message(at, message_id).id, at.asker.coach_id)

    return at.do(act, thread_words.RELEASED)


@router.post("/drafts/{message_id}/discard")
def discard(at: AtThread, message_id: MessageId) -> Response:
    def act() -> None:
        _require_thread(at)
        drafts.discard(at.db, own_message(at, message_id).id, at.asker.coach_id)

    return at.do(act, thread_words.DISCARDED)


@router.post("/messages/{message_id}/retry")
def retry(at: AtThread, message_id: MessageId) -> Response:
    """A message, or the coaching that its message says has failed."""

    def act() -> None:
        message = own_message(at, message_id)
        if message.kind == MessageType.COACHING_FAILED and message.session_id is not None:
            operations.retry_session(at.db, message.session_id)
            operations.redeliver(at.db, message.session_id)
        else:
            operations.retry_message(at.db, message)
        audit(at.db, at.asker.coach_id, "message.retry", user_id=at.learner.id, message_id=message_id)

    return at.do(act, thread_words.RETRIED)


def own_message(at: OnThread, message_id: int) -> Message:
    """Of this thread. Raises LearnerNotInSight: what is another's is not there."""
    theirs = select(Message).where(Message.id == message_id)
    message = at.db.exec(theirs.where(col(Message.chat_room_id).in_(rooms_of(at.learner.id)))).first()
    if message is None:
        raise LearnerNotInSight(f"message {message_id} of learner {at.learner.id}")
    return message


def _require_thread(at: OnThread) -> None:
    """What another coach holds back is theirs to let go. Raises ThreadTaken, NotTaken."""
    taken = handover.open_handover(at.db, at.learner.id)
    if taken is None:
        raise NotTaken
    if taken.coach_id != at.asker.coach_id:
        raise ThreadTaken(handover.name_of(at.db, taken.coach_id))


def _refusal(error: MomentError) -> Notice:
    if isinstance(error, ThreadTaken):
        return Notice(thread_words.taken_by(error.by), is_refusal=True)
    newer = error.newest if isinstance(error, ThreadMoved) else None
    words = phrasebook.phrase(error.words_key, **error.facts)
    return Notice(words, is_refusal=True, newer=newer)


def _note_read(db: DbSession, asker: Asker, found: Thread) -> None:
    mark_read(db, asker.coach_id, found.row.user_id, found.page.newest_id)


def _page(
    request: Request,
    template: str,
    asker: Asker,
    found: Thread,
    media: ThreadMedia,
    *,
    notice: Notice | None = None,
    status: int = 200,
    is_past: bool = False,
) -> HTMLResponse:
    row = found.row
    return render(
        request,
        template,
        asker=asker,
        status=status,
        words=WORDS,
        row=row,
        page=found.page,
        reply_seconds=found.reply_seconds,
        pauses=MINUTES,
        choices=found.choices,
        is_past=is_past,
        media=media,
        notice=notice,
        is_mine=row.owner is not None and row.owner.coach_id == asker.coach_id,
        canned=thread_words.canned(row.name, row.cook.dish if row.cook else ""),
        longest_summary=LONGEST_SUMMARY,
        longest_words=LONGEST_WORDS,
    )
