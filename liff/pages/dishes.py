"""The dishes and how far the learner is with each; one dish's attempts side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.pages import page_words
from knowledge_base.places_talk import STATES
from liff.pages.links import PageLinks
from liff.pages.session import Rating, day_of, ratings_of
from liff.pages.shell import PageLearner, render
from liff.parts import PartsOf, Transaction
from models.coaching import CoachingText
from models.dish import Dish
from models.rules.entitlement import SESSIONS_PER_DISH, is_unlocked
from models.session import CookingSession
from services.record import cooks_of, dish_by_slug, dishes

router = APIRouter()

Slug = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]


@dataclass(frozen=True)
class DishRow:
    dish: Dish
    coached: int  # cooks with a coaching text
    is_open: bool


@dataclass(frozen=True)
class Change:
    """Of a mark, against the attempt before."""

    rating: Rating
    by: int | None


@dataclass(frozen=True)
class Attempt:
    """`focus` is what it concentrates on, `state` the words for how far it is; `session` is None before it is cooked."""

    number: int
    focus: str
    session: CookingSession | None
    state: str
    day: str
    preview: str
    coaching: CoachingText | None
    changes: Sequence[Change]


@router.get("/dishes")
def dishes_page(parts: PartsOf, learner: PageLearner, db: Transaction) -> HTMLResponse:
    taught = load().dishes
    coached: dict[int, int] = {}
    for cook in cooks_of(db, learner):
        coached[cook.dish_id] = coached.get(cook.dish_id, 0) + bool(cook.coaching_text)
    rows = [
        DishRow(dish, coached.get(dish.id, 0), is_unlocked(learner, dish))
        for dish in dishes(db)
        if dish.slug in taught or dish.id in coached
    ]
    return render(
        parts,
        "dishes.html",
        words="dishes",
        open_dishes=[row for row in rows if row.is_open or row.coached],
        later_dishes=[row for row in rows if not row.is_open and not row.coached],
        attempts=range(1, SESSIONS_PER_DISH + 1),
    )


@router.get("/dishes/{slug}")
def dish_page(slug: Slug, parts: PartsOf, learner: PageLearner, db: Transaction) -> HTMLResponse:
    dish = dish_by_slug(db, slug)
    guide = load().dishes.get(slug)
    focuses = guide.attempts if guide else [""] * SESSIONS_PER_DISH
    cooks = {cook.session_number: cook for cook in cooks_of(db, learner, dish)}
    links = PageLinks.of(parts)
    return render(
        parts,
        "dish.html",
        words="dishes",
        dish=dish,
        skills=[load().skills.get(skill, skill) for skill in dish.principles],
        attempts=[
            _attempt(number, focus, cooks.get(number), cooks.get(number - 1), links)
            for number, focus in enumerate(focuses, start=1)
        ],
        card_problem=phrasebook.CARD_PROBLEM,
        card_action=phrasebook.CARD_ACTION,
        attempt_label=phrasebook.attempt_label,
    )


def _attempt(
    number: int, focus: str, cook: CookingSession | None, before: CookingSession | None, links: PageLinks
) -> Attempt:
    words = page_words("dishes")
    if cook is None:
        return Attempt(number, focus, None, words["not_cooked"], "", "", None, ())
    return Attempt(
        number,
        focus,
        cook,
        words[STATES[cook.status]],
        day_of(cook),
        links.link(cook.coaching_preview_gcs_path),
        CoachingText.model_validate(cook.coaching_text) if cook.coaching_text else None,
        _changes(cook, before) if cook.self_ratings else (),
    )


def _changes(cook: CookingSession, before: CookingSession | None) -> Sequence[Change]:
    earlier = ratings_of(before) if before else [None] * len(ratings_of(cook))
    return [
        Change(rating, rating.value - past.value if past and past.value and rating.value else None)
        for rating, past in zip(ratings_of(cook), earlier, strict=True)
    ]
