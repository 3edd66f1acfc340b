"""Stage 1: one structured look at the whole video."""

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.briefs import analysis_brief, footage_of
from pipeline.checks.analysis import check_analysis
from pipeline.checks.repair import ask_with_repair
from pipeline.stage import StageContext, StageResult
from storage.store import local_file


def run(context: StageContext) -> StageResult:
    brief = analysis_brief(context)
    with local_file(context.store, footage_of(context).proxy_key) as path:
        analysis, usage = ask_with_repair(
            lambda repair: context.providers.analyst.analyze(path, brief, repair),
            lambda analysis: check_analysis(analysis, brief.duration_seconds, context.guide),
        )

    def store(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return StageResult(store, usage)
