"""Stage 2: the diagnosis weighed with what the learner has said by now, and the principles that explain it."""

from sqlmodel import Session as DbSession

from models.coaching import VideoAnalysis
from models.session import CookingSession
from pipeline.briefs import analysis_brief, photos_on_disk, photos_since_look
from pipeline.checks.analysis import check_analysis
from pipeline.checks.repair import ask_with_repair
from pipeline.stage import StageContext, StageResult


def run(context: StageContext) -> StageResult:
    first_look = VideoAnalysis.model_validate(context.session.video_analysis)
    with photos_on_disk(context, photos_since_look(context.session)) as photos:
        brief = analysis_brief(context, photos)
        analysis, usage = ask_with_repair(
            lambda repair: context.providers.analyst.reconsider(first_look, brief, repair),
            lambda analysis: check_analysis(analysis, brief.duration_seconds, context.guide, brief.asked),
        )
    principles = context.search.principles_for(analysis, context.guide, brief.structured_input.questions)

    def store(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()
        session.retrieved_principles = [principle.model_dump() for principle in principles]

    return StageResult(store, usage)
