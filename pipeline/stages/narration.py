"""Stage 3b: the spoken words of the coaching video."""

from sqlmodel import Session as DbSession

from models.coaching import CoachingText
from models.session import CookingSession
from pipeline.briefs import coaching_brief
from pipeline.checks.narration import check_narration
from pipeline.checks.repair import ask_with_repair
from pipeline.stage import StageContext, StageResult


def run(context: StageContext) -> StageResult:
    brief = coaching_brief(context)
    coaching = CoachingText.model_validate(context.session.coaching_text)
    pace = context.measure_pace()
    script, usage = ask_with_repair(
        lambda repair: context.providers.coach.narration(brief, coaching, repair),
        lambda script: check_narration(script, brief, pace),
    )

    def store(db: DbSession, session: CookingSession) -> None:
        session.narration_script = script.model_dump()

    return StageResult(store, usage)
