"""Stage 1: one structured look at the whole video."""

from pathlib import Path

from sqlmodel import Session as DbSession

from models.coaching import CannotTell
from models.session import CookingSession
from pipeline.briefs import analysis_brief, footage_of, photos_on_disk
from pipeline.checks.analysis import check_look
from pipeline.checks.repair import ask_with_repair
from pipeline.media.excerpt import write_excerpt
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.providers.ports import Footage
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.store import local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when the footage shows no cook that could be judged."""
    video = footage_of(context)

    def cut(start: float, seconds: float, output: Path) -> Path:
        with local_file(context.store, video.object_key) as source:
            return write_excerpt(source, VideoFacts.model_validate(video.facts), start, seconds, output)

    try:
        with (
            local_file(context.store, video.view_key) as view,
            photos_on_disk(context, context.session.photos) as photos,
        ):
            brief = analysis_brief(context, photos)
            look, usage = ask_with_repair(
                lambda repair: context.providers.analyst.analyze(Footage(view, cut), brief, repair),
                lambda look: check_look(look, brief.duration_seconds, context.guide),
            )
    except UnusableClip as error:
        raise MediaRejected(error.reason.value) from error
    if isinstance(look, CannotTell):
        raise MediaRejected(look.reason.value)
    analysis = look

    def store(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return StageResult(store, usage)
