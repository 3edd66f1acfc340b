"""The page that sends a long video, and what the learner says of the cook."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session as DbSession

from knowledge_base.pages import page_words
from liff.api.fields import DishSlug
from liff.pages.shell import PageLearner, render
from liff.parts import PartsOf, Transaction
from models.dish import Dish
from models.rules.history import latest_session, waiting_times
from models.rules.next_step import BEFORE_TEXT, Ask, next_step
from models.rules.promise import text_promise
from models.session import CookingSession
from models.user import User
from services import cooking
from services.curriculum import open_dishes
from services.uploads import unfinished

router = APIRouter(prefix="/upload")


@dataclass(frozen=True)
class Choice:
    """A dish that may be cooked now."""

    slug: str
    name: str
    number: int


@dataclass(frozen=True)
class AwaitedCook:
    """The cook that something can be sent for."""

    id: int
    dish: str
    number: int
    takes_video: bool
    takes_memo: bool
    has_memo: bool


@router.get("")
def upload_page(learner: PageLearner, parts: PartsOf, db: Transaction) -> HTMLResponse:
    session = latest_session(db, learner.id)
    cook = _awaited(db, session)
    promise = text_promise(waiting_times(db), parts.settings.text_promise)
    return render(
        parts,
        "upload.html",
        words="upload",
        liff_id=parts.apps.upload,
        cook=cook,
        is_under_way=cook is None and next_step(session).ask in BEFORE_TEXT,
        choices=_choices(db, learner) if cook is None else [],
        unfinished=[{"id": each.id, "kind": each.kind} for each in unfinished(db, learner.id)],
        minutes=max(1, round(promise.total_seconds() / 60)),
        script_words=dict(page_words("upload")),
    )


@router.get("/dishes")
def dish_page(learner: PageLearner, parts: PartsOf, db: Transaction) -> HTMLResponse:
    """To choose anew, as long as the cook waits for its video."""
    return render(
        parts,
        "upload.html",
        words="upload",
        liff_id=parts.apps.upload,
        cook=None,
        is_under_way=False,
        choices=_choices(db, learner),
        unfinished=[],
        minutes=0,
        script_words={},
    )


@router.post("/cook/{slug}")
def choose_dish(slug: Annotated[DishSlug, Path()], learner: PageLearner, db: Transaction) -> RedirectResponse:
    """Raises CoachingUnderWay, DishGone, EntitlementError."""
    cooking.open_cook_alone(db, learner, slug)
    return RedirectResponse("/liff/upload", status_code=303)


def _choices(db: DbSession, learner: User) -> list[Choice]:
    dishes = open_dishes(db, learner)
    return [
        Choice(each.dish.slug, each.dish.name_ja, each.next_number)
        for each in dishes
        if each.next_number is not None
    ]


def _awaited(db: DbSession, session: CookingSession | None) -> AwaitedCook | None:
    if session is None:
        return None
    takes_video = next_step(session).ask is Ask.VIDEO
    takes_memo = cooking.takes_memo(db, session)
    if not (takes_video or takes_memo):
        return None
    return AwaitedCook(
        id=session.id,
        dish=db.get_one(Dish, session.dish_id).name_ja,
        number=session.session_number,
        takes_video=takes_video,
        takes_memo=takes_memo,
        has_memo=session.memo is not None or session.voice_transcript != "",
    )
