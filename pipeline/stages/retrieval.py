"""Stage 2: the diagnosis weighed with what the learner has said by now, and the principles that explain it."""

from sqlmodel import Session as DbSession

from knowledge_base.catalogue import load
from models.coaching import VideoAnalysis
from models.database import transaction
from models.session import CookingSession
from pipeline.briefs import analysis_brief
from pipeline.guards import check_analysis
from pipeline.search import nearest, prepared
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    brief = analysis_brief(work)
    first = VideoAnalysis.model_validate(work.session.video_analysis)
    analysis = work.providers.analyst.reconsider(first, brief)
    check_analysis(analysis, brief.duration_seconds, work.guide)
    skills = load().skills
    named = [skills.get(skill, skill) for skill in work.guide.principles]
    query = prepared(work.providers.embedder, f"{analysis.diagnosis} {'、'.join(named)}")
    with transaction() as db:
        found = nearest(db, query)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()
        session.retrieved_principles = [principle.model_dump() for principle in found]

    return Yielded(keep)
