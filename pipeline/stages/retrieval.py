"""Stage 2: the diagnosis weighed with what the learner has said by now, and the principles that explain it."""

from sqlmodel import Session as DbSession

from models.coaching import VideoAnalysis
from models.session import CookingSession
from pipeline.briefs import analysis_brief
from pipeline.guards import check_analysis, checked
from pipeline.search import principles_for
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    brief = analysis_brief(work)
    first = VideoAnalysis.model_validate(work.session.video_analysis)
    analysis, usage = checked(
        lambda repair: work.providers.analyst.reconsider(first, brief, repair),
        lambda analysis: check_analysis(analysis, brief.duration_seconds, work.guide),
    )
    found = principles_for(work.providers.embedder, analysis, work.guide, brief.structured_input.questions)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()
        session.retrieved_principles = [principle.model_dump() for principle in found]

    return Yielded(keep, usage)
