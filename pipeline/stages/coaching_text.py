"""Stage 3a: the one honest diagnosis, owed to the learner the moment it is stored."""

from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import copy
from models.base import utc_now
from models.chat import MessageType
from models.coaching import VideoAnalysis
from models.dish import UserDishProgress
from models.rules.progression import record_coaching
from models.session import CookingSession, SessionStatus
from pipeline.briefs import coaching_brief
from pipeline.guards import check_coaching, checked
from pipeline.outbox import owe
from pipeline.work import Work, Yielded, learner_state


def run(work: Work) -> Yielded:
    brief = coaching_brief(work)
    coaching, usage = checked(
        lambda repair: work.providers.coach.coaching_text(brief, repair),
        lambda coaching: check_coaching(coaching, brief),
    )

    def keep(db: DbSession, session: CookingSession) -> None:
        session.coaching_text = coaching.model_dump()
        session.status = SessionStatus.TEXT_READY
        record_coaching(
            learner_state(db, session.user_id),
            _progress(db, session),
            dish_slug=work.guide.slug,
            dish_skills=work.guide.principles,
            session_number=session.session_number,
            analysis=VideoAnalysis.model_validate(session.video_analysis),
            coaching=coaching,
            now=utc_now(),
        )
        owe(
            db,
            session.user_id,
            MessageType.COACHING_READY,
            text=copy.coaching_text(coaching, session.session_number),
            session_id=session.id,
        )

    return Yielded(keep, usage)


def _progress(db: DbSession, session: CookingSession) -> UserDishProgress:
    statement = select(UserDishProgress).where(
        UserDishProgress.user_id == session.user_id, UserDishProgress.dish_id == session.dish_id
    )
    found = db.exec(statement).first()
    if found is None:
        found = UserDishProgress(user_id=session.user_id, dish_id=session.dish_id)
        db.add(found)
    return found
