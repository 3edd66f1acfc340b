"""Stage 1: one structured look at the whole video."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlmodel import Session as DbSession

from models.coaching import CannotTell
from models.session import CookingSession
from pipeline.briefs import analysis_brief, footage_of, photos_on_disk, timeline_of
from pipeline.checks.analysis import check_look
from pipeline.checks.repair import ask_with_repair
from pipeline.media.ffmpeg import UnreadableInput
from pipeline.media.joining import cut, join_views
from pipeline.media.probe import ClipProblem, UnusableClip
from pipeline.providers.ports import Footage
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.store import local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when the footage shows no cook that could be judged."""

    def cut_out(start: float, seconds: float, output: Path) -> Path:
        with footage_of(context) as clips:
            return cut(clips, start, seconds, output)

    try:
        with (
            _view_of(context) as view,
            photos_on_disk(context, context.session.photos) as photos,
        ):
            brief = analysis_brief(context, photos)
            look, usage = ask_with_repair(
                lambda repair: context.providers.analyst.analyze(Footage(view, cut_out), brief, repair),
                lambda look: check_look(look, brief.duration_seconds, context.guide, brief.asked),
            )
    except UnusableClip as error:
        raise MediaRejected(error.reason.value) from error
    if isinstance(look, CannotTell):
        raise MediaRejected(look.reason.value)
    analysis = look

    def store(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return StageResult(store, usage)


@contextmanager
def _view_of(context: StageContext) -> Iterator[Path]:
    """The views of all clips, one after another."""
    with ExitStack() as stack:
        clips = context.session.videos
        views = [stack.enter_context(local_file(context.store, clip.view_key)) for clip in clips]
        if len(views) == 1:
            yield views[0]
            return
        lengths = timeline_of(context.session).lengths
        try:
            joined = join_views(views, lengths, context.folder / "view.mp4")
        except UnreadableInput as error:
            broken = _broken_one(views, lengths, context.folder / "alone.mp4")
            media_id = clips[broken].id if broken is not None else None
            raise MediaRejected(ClipProblem.TRUNCATED.value, media_id=media_id) from error
        yield joined


def _broken_one(views: Sequence[Path], lengths: Sequence[float], output: Path) -> int | None:
    for number, (view, seconds) in enumerate(zip(views, lengths, strict=True)):
        try:
            join_views([view], [seconds], output)
        except UnreadableInput:
            return number
    return None
