"""Stage 3b: the spoken words of the coaching video."""

from sqlmodel import Session as DbSession

from models.coaching import CoachingText
from models.database import transaction
from models.session import CookingSession
from pipeline.briefs import coaching_brief
from pipeline.guards import check_narration, checked
from pipeline.providers.ports import Narrator, Pace
from pipeline.speech_length import measured
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    brief = coaching_brief(work)
    coaching = CoachingText.model_validate(work.session.coaching_text)
    pace = _pace(work.providers.narrator)
    script, usage = checked(
        lambda repair: work.providers.coach.narration(brief, coaching, repair),
        lambda script: check_narration(script, brief, pace),
    )

    def keep(db: DbSession, session: CookingSession) -> None:
        session.narration_script = script.model_dump()

    return Yielded(keep, usage)


def _pace(narrator: Narrator) -> Pace | None:
    if narrator.pace is None:
        return None
    with transaction() as db:
        return measured(db, narrator.model, narrator.pace)
