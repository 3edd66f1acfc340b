"""The page of a call while the learner cooks: what it is about, and how to set up the phone."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session as DbSession

from knowledge_base import companion_talk
from knowledge_base.catalogue import load
from knowledge_base.pages import page_words
from liff.pages.shell import PageLearner, render
from liff.parts import Parts, PartsOf, Transaction
from models.dish import Dish
from models.rules.entitlement import PAYING
from models.rules.history import latest_session
from models.rules.next_step import Ask, next_step
from models.user import SubscriptionStatus, User
from services.companion import Caps, allowance
from services.plan.links import PlanPage
from services.reminders import focus_of

router = APIRouter()

RECORDINGS = Path(__file__).parents[1] / "static" / "companion"


@dataclass(frozen=True)
class ComingCook:
    """The cook that waits for its video; `focus` is what this attempt concentrates on."""

    id: int
    dish: str
    number: int
    focus: str


@router.get("/companion")
def companion_page(learner: PageLearner, parts: PartsOf, db: Transaction) -> HTMLResponse:
    allowed = allowance(db, learner, Caps.of(parts.settings))
    return render(
        parts,
        "companion.html",
        words="companion",
        liff_id=parts.apps.companion,
        cook=_coming(db, learner),
        minutes=ceil(max(0, allowed.seconds_left) / 60),
        no_minutes=companion_talk.no_minutes(learner.subscription_status in PAYING),
        plan_url=_plan_url(parts, learner),
        recordings=sorted(file.stem for file in RECORDINGS.glob("*.mp3")),
        script_words={**page_words("companion"), "wait": companion_talk.recording_text("wait")},
    )


def _coming(db: DbSession, learner: User) -> ComingCook | None:
    session = latest_session(db, learner.id)
    if session is None or next_step(session).ask is not Ask.VIDEO:
        return None
    dish = db.get_one(Dish, session.dish_id)
    guide = load().dishes.get(dish.slug)
    if guide is None:  # taught no more
        return None
    focus = focus_of(db, session) or guide.attempts[session.session_number - 1]
    return ComingCook(session.id, dish.name_ja, session.session_number, focus)


def _plan_url(parts: Parts, learner: User) -> str:
    """ "" where nothing is for sale."""
    if not parts.shop.is_open:
        return ""
    has_none = learner.subscription_status in (SubscriptionStatus.FREE, SubscriptionStatus.CANCELLED)
    return parts.shop.links.link(learner.id, PlanPage.CHECKOUT if has_none else PlanPage.FRONT)
