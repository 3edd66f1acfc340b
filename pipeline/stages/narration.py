"""Stage 3b: the spoken words of the coaching video."""

from sqlmodel import Session as DbSession

from models.coaching import CoachingText
from models.session import CookingSession
from pipeline.briefs import coaching_brief
from pipeline.guards import check_narration
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    brief = coaching_brief(work)
    coaching = CoachingText.model_validate(work.session.coaching_text)
    script, usage = work.providers.coach.narration(brief, coaching)
    check_narration(script, brief)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.narration_script = script.model_dump()

    return Yielded(keep, usage)
