"""One cook as a coach looks at it: the video first, beside it what the AI found, then what it was made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session as DbSession

from console.fields import MAX_ID
from console.identity import LearnerToChange, SignedInCoach
from console.pages.media import ThreadMedia
from console.pages.playback import playback_of
from console.pages.stage_table import models_of, stage_rows
from console.pages.thread import Notice
from console.pages.threads import UserId
from console.pages.wording import WORDS
from console.parts import Parts, PartsOf, Reading, Transaction
from console.shell import render
from knowledge_base import phrasebook, session_words
from knowledge_base.catalogue import load
from models.base import utc_now
from models.coaching import (
    CoachingText,
    RatingAspect,
    RetrievedPrinciple,
    StructuredInput,
    VideoAnalysis,
)
from models.rules.findings import NO_FAULT, findings_of
from models.session import CookingSession, StageName
from models.user import User
from services import operations, verdicts
from services.coaches import Asker, audit
from services.cook_review import CookReview, read_review
from services.names import called
from services.operations import AlreadyTold, FootageGone, StageAtWork, has_lost_footage
from services.sessions import own_session
from services.verdicts import LONGEST_WORDS, Denial, FindingGone, VerdictUnfit, faults_of

router = APIRouter(prefix="/threads/{user_id}/sessions/{session_id}")

# What may stand against an act: the page stays, and says why.
REFUSALS = (FindingGone, VerdictUnfit, FootageGone, AlreadyTold, StageAtWork)

SessionId = Annotated[int, Path(ge=1, le=MAX_ID)]
LONGEST_COOK_SECONDS = 86_400


@router.get("")
async def session_page(
    request: Request,
    user_id: UserId,
    session_id: SessionId,
    asker: SignedInCoach,
    parts: PartsOf,
    db: Reading,
) -> HTMLResponse:
    review = await db.run(read_review, asker, user_id, session_id)
    return _page(request, "session.html", asker, review, parts)


@dataclass(frozen=True)
class AtSession:
    """Of one act of a coach's on a cook: a refusal undoes what the act had begun, and the page says why."""

    request: Request
    parts: Parts
    asker: Asker
    learner: User
    session_id: int
    db: DbSession

    def do(self, act: Callable[[], object], words: str, section: str) -> Response:
        """A script gets the part of the page that has changed: the player stays as it is."""
        is_script = "HX-Request" in self.request.headers
        try:
            act()
            self.db.flush()
            notice, status = Notice(words), 200
        except REFUSALS as error:
            self.db.rollback()
            refusal = phrasebook.phrase(error.words_key, **error.facts)
            notice, status = Notice(refusal, is_refusal=True), 409
        if status == 200 and not is_script:
            return RedirectResponse(f"{self.request.url.path.rsplit('/', 1)[0]}#{section}", 303)
        review = read_review(self.db, self.asker, self.learner.id, self.session_id)
        template = f"session_{section}.html" if is_script else "session.html"
        return _page(
            self.request, template, self.asker, review, self.parts, notices={section: notice}, status=status
        )


def at_session(
    request: Request,
    session_id: SessionId,
    parts: PartsOf,
    asker: SignedInCoach,
    learner: LearnerToChange,
    db: Transaction,
) -> AtSession:
    """Raises NoSuchSession."""
    own_session(db, learner.id, session_id, lock=True)
    return AtSession(request, parts, asker, learner, session_id, db)


Here = Annotated[AtSession, Depends(at_session)]


@router.post("/verdict")
def verdict(
    at: Here,
    finding: Annotated[str, Form(max_length=100)],
    answer: Annotated[Literal["right", "wrong"], Form()],
    true_fault: Annotated[str, Form(max_length=64)] = "",
    words: Annotated[str, Form(max_length=5_000)] = "",
    second: Annotated[float | None, Form(ge=0, le=LONGEST_COOK_SECONDS)] = None,
) -> Response:
    """`second`: where the player stood, of the whole cook."""

    def act() -> None:
        session = own_session(at.db, at.learner.id, at.session_id)
        if answer == "right":
            verdicts.confirm(at.db, session, at.asker.coach_id, finding)
        else:
            verdicts.deny(
                at.db, session, at.asker.coach_id, finding, Denial(true_fault or None, second, words)
            )

    return at.do(act, session_words.NOTED, "findings")


@router.post("/retry")
def retry(at: Here, stage: Annotated[StageName, Form()]) -> Response:
    def act() -> None:
        operations.retry_from(at.db, at.session_id, stage)
        facts = {"session_id": at.session_id, "stage": stage.value}
        audit(at.db, at.asker.coach_id, "session.retry", user_id=at.learner.id, **facts)

    return at.do(act, session_words.RETRIED, "stages")


def _page(
    request: Request,
    template: str,
    asker: Asker,
    review: CookReview,
    parts: Parts,
    *,
    notices: dict[str, Notice] | None = None,
    status: int = 200,
) -> HTMLResponse:
    session, media = review.session, ThreadMedia.of(parts)
    analysis = VideoAnalysis.model_validate(session.video_analysis) if session.video_analysis else None
    coaching = CoachingText.model_validate(session.coaching_text) if session.coaching_text else None
    return render(
        request,
        template,
        asker=asker,
        status=status,
        words=WORDS,
        terms=session_words,
        review=review,
        name=called(review.learner),
        base=f"/console/threads/{review.learner.id}/sessions/{session.id}",
        playback=playback_of(review, media),
        analysis=analysis,
        findings=findings_of(analysis) if analysis else (),
        faults=load().faults,
        dish_faults=faults_of(review.dish),
        no_fault=NO_FAULT,
        longest_words=LONGEST_WORDS,
        models=models_of(review.runs),
        principles=[RetrievedPrinciple.model_validate(entry) for entry in session.retrieved_principles],
        coaching=coaching,
        used=coaching.principle_ids if coaching else (),
        memo_link=_memo_link(session, media),
        memo=StructuredInput.model_validate(session.structured_input) if session.structured_input else None,
        ratings=[
            (phrasebook.ASPECT_NAMES[each], session.self_ratings[each])
            for each in RatingAspect
            if each in session.self_ratings
        ],
        rows=stage_rows(session, review.runs, utc_now()),
        is_footage_gone=has_lost_footage(session),
        notices=notices or {},
    )


def _memo_link(session: CookingSession, media: ThreadMedia) -> str:
    """ "" where it was written, is not here, or may not be listened to."""
    memo = session.memo
    return media.link(memo.object_key) if memo is not None and memo.is_stored and memo.may_be_seen else ""
