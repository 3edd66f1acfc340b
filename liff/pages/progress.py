"""Where the learner stands: the way in to their pages, and what has become of their skills so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.content import Fault
from knowledge_base.pages import page_words
from knowledge_base.places_talk import STATES
from liff.pages.session import day_of
from liff.pages.shell import PageLearner, render
from liff.parts import PartsOf, Transaction
from models.coaching import RecurringMistake, SessionSummary
from models.dish import Dish
from models.learner import LearnerState
from models.session import CookingSession
from services.marks_chart import DRAWING, rating_lines
from services.names import called
from services.progress import progress_of_learner
from services.record import cooks_of, dishes, state_of

router = APIRouter()


@dataclass(frozen=True)
class Mistake:
    fault: Fault
    count: int


@dataclass(frozen=True)
class Entry:
    """One cook in the list of all; `summary` is None before its text."""

    cook: CookingSession
    dish: str
    day: str
    state: str
    summary: SessionSummary | None


@router.get("/")
def home_page(parts: PartsOf, learner: PageLearner, db: Transaction) -> HTMLResponse:
    state = state_of(db, learner.id)
    entries = _entries(cooks_of(db, learner), dishes(db), state)
    return render(
        parts,
        "home.html",
        words="progress",
        address=phrasebook.address(called(learner)),
        latest=entries[-1] if entries else None,
        next_focus=state.next_focus,
        attempt_label=phrasebook.attempt_label,
    )


@router.get("/progress")
def progress_page(parts: PartsOf, learner: PageLearner, db: Transaction) -> HTMLResponse:
    learnt = progress_of_learner(db, learner)
    entries = _entries(learnt.cooks, [*learnt.dishes.values()], learnt.state)
    return render(
        parts,
        "progress.html",
        words="progress",
        next_focus=learnt.state.next_focus,
        acquired=learnt.acquired,
        developing=learnt.developing,
        mistakes=_mistakes(learnt.state),
        lines=rating_lines(learnt.cooks),
        chart=DRAWING,
        rated=[
            f"{entry.dish} {phrasebook.attempt_label(entry.cook.session_number)}"
            for entry in entries
            if entry.cook.self_ratings
        ],
        entries=entries[::-1],
        attempt_label=phrasebook.attempt_label,
    )


def _entries(cooks: Sequence[CookingSession], known: Sequence[Dish], state: LearnerState) -> Sequence[Entry]:
    """In the order of the cooks. A cook that was cooked anew has the summary of its last text."""
    words, by_id = page_words("dishes"), {dish.id: dish for dish in known}
    summaries = {
        (summary.dish, summary.session): summary
        for summary in map(SessionSummary.model_validate, state.session_summaries)
    }
    return [
        Entry(
            cook=cook,
            dish=by_id[cook.dish_id].name_ja,
            day=day_of(cook),
            state=words[STATES[cook.status]],
            summary=summaries.get((by_id[cook.dish_id].slug, cook.session_number)),
        )
        for cook in cooks
    ]


def _mistakes(state: LearnerState) -> Sequence[Mistake]:
    """What came up more than once, the most frequent first; a fault that is taught no more is left out."""
    counts = [RecurringMistake.model_validate(entry) for entry in state.recurring_mistakes]
    counts.sort(key=lambda entry: -entry.seen_count)
    faults = load().faults
    return [
        Mistake(faults[entry.mistake], entry.seen_count)
        for entry in counts
        if entry.seen_count > 1 and entry.mistake in faults
    ]
