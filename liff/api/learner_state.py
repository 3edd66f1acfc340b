"""What the learner has learnt so far."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from knowledge_base.catalogue import load
from liff.api.dishes import Skill
from liff.identity import Asking
from liff.parts import Reading
from models.coaching import RecurringMistake, SessionSummary
from models.learner import LearningVelocity
from services.record import state_of

router = APIRouter(tags=["learner state"])


class Mistake(BaseModel):
    code: str = Field(description="A fault of the curriculum", examples=["egg_set_early"])
    name: str = Field(description="In Japanese")
    seen_count: int = Field(ge=1)


class PastCook(BaseModel):
    dish_slug: str
    session_number: int = Field(ge=1, le=3)
    key_issue: str = Field(description='What went wrong; "" where nothing was seen')
    key_progress: str = Field(description="What went well")


class LearnerStateView(BaseModel):
    skills_acquired: list[Skill]
    skills_developing: list[Skill]
    recurring_mistakes: list[Mistake]
    learning_velocity: LearningVelocity
    past_cooks: list[PastCook] = Field(description="Each that was coached, oldest first")
    next_focus: str = Field(description='What to try next; ""')
    ready_for_next_dish: bool
    updated_at: datetime | None = Field(description="null before the first coaching")


@router.get("/learner-state", summary="Read what the learner has learnt so far")
async def read_learner_state(asker: Asking, db: Reading) -> LearnerStateView:
    state = await db.run(state_of, asker.learner_id)
    summaries = [SessionSummary.model_validate(entry) for entry in state.session_summaries]
    mistakes = [RecurringMistake.model_validate(entry) for entry in state.recurring_mistakes]
    return LearnerStateView(
        skills_acquired=[_skill(key) for key in state.skills_acquired],
        skills_developing=[_skill(key) for key in state.skills_developing],
        recurring_mistakes=[_mistake(entry) for entry in mistakes],
        learning_velocity=state.learning_velocity,
        past_cooks=[
            PastCook(
                dish_slug=entry.dish,
                session_number=entry.session,
                key_issue=entry.key_issue,
                key_progress=entry.key_progress,
            )
            for entry in summaries
        ],
        next_focus=state.next_focus,
        ready_for_next_dish=state.ready_for_next_dish,
        updated_at=state.updated_at,
    )


def _skill(key: str) -> Skill:
    return Skill(key=key, name=load().skills.get(key, key))


def _mistake(entry: RecurringMistake) -> Mistake:
    fault = load().faults.get(entry.mistake)
    return Mistake(
        code=entry.mistake, name=fault.name_ja if fault else entry.mistake, seen_count=entry.seen_count
    )
