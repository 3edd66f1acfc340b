"""Stage 2: the principles that explain the diagnosis."""

from sqlmodel import Session as DbSession

from knowledge_base.catalogue import load
from models.coaching import VideoAnalysis
from models.database import transaction
from models.session import CookingSession
from pipeline.search import nearest
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    analysis = VideoAnalysis.model_validate(work.session.video_analysis)
    skills = load().skills
    named = [skills.get(skill, skill) for skill in work.guide.principles]
    query = work.providers.embedder.embed_query(f"{analysis.diagnosis} {'、'.join(named)}")
    with transaction() as db:
        found = nearest(db, query)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.retrieved_principles = [principle.model_dump() for principle in found]

    return Yielded(keep)
