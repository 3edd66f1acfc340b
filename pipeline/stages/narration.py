"""Stage 3b: the spoken words of the coaching video."""

import json
from dataclasses import replace
from typing import Any

from sqlmodel import Session as DbSession

from knowledge_base.phrasebook import address
from models.coaching import CoachingText
from models.session import CookingSession
from pipeline.briefs import coaching_brief
from pipeline.checks.narration import check_narration
from pipeline.checks.repair import ask_with_repair
from pipeline.stage import StageContext, StageResult
from services.names import called_aloud


def run(context: StageContext) -> StageResult:
    written = coaching_brief(context, context.read_past())
    brief = replace(written, first_name=called_aloud(context.user))
    coaching = _renamed(context.session.coaching_text, written.first_name, brief.first_name)
    pace = context.measure_pace()
    script, usage = ask_with_repair(
        lambda repair: context.providers.coach.narration(brief, coaching, repair),
        lambda script: check_narration(script, brief, pace),
    )

    def store(db: DbSession, session: CookingSession) -> None:
        session.narration_script = script.model_dump()

    return StageResult(store, usage)


def _renamed(coaching_text: dict[str, Any], written: str, spoken: str) -> CoachingText:
    """The text the voice draws on, to the name that it can say."""
    words = json.dumps(coaching_text, ensure_ascii=False).replace(address(written), address(spoken))
    return CoachingText.model_validate_json(words)
