"""The curriculum, as far as it is open to the learner, and how far they have come."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from liff.api.fields import DishSlug
from liff.identity import ReadingLearner
from liff.parts import Reading
from models.dish import ProgressStatus
from services.curriculum import DishOfLearner, open_dish, open_dishes

router = APIRouter(prefix="/dishes", tags=["dishes"])


class Skill(BaseModel):
    key: str = Field(examples=["heat_management"])
    name: str = Field(description="In Japanese", examples=["火加減"])


class DishProgress(BaseModel):
    status: ProgressStatus
    started_at: datetime | None
    completed_at: datetime | None
    cooked: int = Field(ge=0, le=3, description="Cooks with a usable video; three at most")
    next_session_number: int | None = Field(description="Of the next cook; null when there is none to come")
    refusal: str | None = Field(description="Why there is none now, for the learner, in Japanese")


class DishSummary(BaseModel):
    slug: str = Field(examples=["fried-rice"])
    name_ja: str
    name_en: str
    description_ja: str
    skills: list[Skill] = Field(description="What it teaches")
    month_unlocked: int = Field(ge=1, description="Of the learner's months: 1 is the first")
    progress: DishProgress


class Step(BaseModel):
    name: str
    looks: str = Field(description="What is seen when it goes well")
    sounds: str = Field(description='What is heard; ""')


class DishDetail(DishSummary):
    steps: list[Step]
    attempts: list[str] = Field(description="What the first, second and third cook concentrate on")
    start_cue: str
    stop_cue: str
    safety: list[str]
    allergens: list[str]
    substitutions: list[str]
    transferable_to: list[str] = Field(description="Dishes that the same skills make")


@router.get("", summary="List the dishes that are open to the learner")
async def list_dishes(learner: ReadingLearner, db: Reading) -> list[DishSummary]:
    """In the order of the curriculum."""
    dishes = await db.run(open_dishes, learner)
    return [DishSummary.model_validate(_summary(dish)) for dish in dishes]


@router.get("/{slug}", summary="Read one dish")
async def read_dish(slug: Annotated[DishSlug, Path()], learner: ReadingLearner, db: Reading) -> DishDetail:
    dish = await db.run(open_dish, learner, slug)
    return DishDetail.model_validate(dish.guide.model_dump() | _summary(dish))


def _summary(dish: DishOfLearner) -> dict[str, object]:
    row, refusal = dish.progress, dish.refusal
    names = load().skills
    return {
        "slug": dish.dish.slug,
        "name_ja": dish.dish.name_ja,
        "name_en": dish.dish.name_en,
        "description_ja": dish.dish.description_ja,
        "skills": [{"key": key, "name": names.get(key, key)} for key in dish.dish.principles],
        "month_unlocked": dish.dish.month_unlocked,
        "progress": {
            "status": row.status if row else ProgressStatus.NOT_STARTED,
            "started_at": row.started_at if row else None,
            "completed_at": row.completed_at if row else None,
            "cooked": dish.cooked,
            "next_session_number": dish.next_number,
            "refusal": phrasebook.phrase(refusal.words_key, **refusal.facts) if refusal else None,
        },
    }
