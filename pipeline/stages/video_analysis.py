"""Stage 1: one structured look at the whole video."""

from pathlib import Path

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.briefs import analysis_brief, footage_of
from pipeline.checks.analysis import check_analysis
from pipeline.checks.repair import ask_with_repair
from pipeline.media.excerpt import write_excerpt
from pipeline.media.probe import VideoFacts
from pipeline.providers.ports import Footage
from pipeline.stage import StageContext, StageResult
from storage.store import local_file


def run(context: StageContext) -> StageResult:
    brief = analysis_brief(context)
    video = footage_of(context)

    def cut(start: float, seconds: float, output: Path) -> Path:
        with local_file(context.store, video.object_key) as source:
            return write_excerpt(source, VideoFacts.model_validate(video.facts), start, seconds, output)

    with local_file(context.store, video.view_key) as view:
        analysis, usage = ask_with_repair(
            lambda repair: context.providers.analyst.analyze(Footage(view, cut), brief, repair),
            lambda analysis: check_analysis(analysis, brief.duration_seconds, context.guide),
        )

    def store(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return StageResult(store, usage)
