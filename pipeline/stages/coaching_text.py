"""Stage 3a: the one honest diagnosis, owed to the learner the moment it is stored."""

from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import phrasebook
from models.base import database_now
from models.dish import UserDishProgress
from models.rules.history import judged_analysis
from models.rules.progression import record_coaching
from models.session import CookingSession
from pipeline.briefs import coaching_brief
from pipeline.checks.coaching import check_coaching
from pipeline.checks.repair import ask_with_repair
from pipeline.outlook import ending, open_skill, outlook
from pipeline.stage import StageContext, StageResult
from services.profile import learner_state
from services.review import owe_coaching_text


def run(context: StageContext) -> StageResult:
    past = context.read_past()
    brief, end = coaching_brief(context, past), ending(context, past)
    coaching, usage = ask_with_repair(
        lambda repair: context.providers.coach.coaching_text(brief, repair),
        lambda coaching: check_coaching(coaching, brief),
    )

    memo_note = phrasebook.MEMO_NOT_JAPANESE if context.is_memo_foreign else ""
    coaching = coaching.model_copy(
        update={"memo_note": memo_note, "outlook": outlook(context, coaching, end)}
    )

    def store(db: DbSession, session: CookingSession) -> None:
        session.coaching_text = coaching.model_dump()
        record_coaching(
            learner_state(db, session.user_id),
            _progress(db, session),
            dish_slug=context.guide.slug,
            dish_skills=context.guide.principles,
            session_number=session.session_number,
            analysis=judged_analysis(db, session),
            coaching=coaching,
            now=database_now(db),
            open_skill=open_skill(context, end),
        )

    return StageResult(store, usage, owe=owe_coaching_text)


def _progress(db: DbSession, session: CookingSession) -> UserDishProgress:
    statement = select(UserDishProgress).where(
        UserDishProgress.user_id == session.user_id, UserDishProgress.dish_id == session.dish_id
    )
    progress = db.exec(statement).first()
    if progress is None:
        progress = UserDishProgress(user_id=session.user_id, dish_id=session.dish_id)
        db.add(progress)
    return progress
