"""Stage 4: speech, one ffmpeg pass over the learner's own footage, and the video owed."""

from sqlmodel import Session as DbSession

from models.coaching import NarrationScript, VideoAnalysis
from models.session import CookingSession
from pipeline.briefs import footage_of
from pipeline.media.composition import compose
from pipeline.providers.sentences import sentences
from pipeline.stage import StageContext, StageResult
from services.outbox import queue_coaching_video
from services.privacy import owe_purge
from storage.keys import coaching_video_key, coaching_video_keys, preview_key
from storage.store import chunks_of


def run(context: StageContext) -> StageResult:
    script = NarrationScript.model_validate(context.session.narration_script)
    analysis = VideoAnalysis.model_validate(context.session.video_analysis)
    opening = _opening(script)
    spoken = spoken_sentences(script)
    narrator = context.providers.narrator
    speech, usage = narrator.speak(spoken, context.folder)
    with footage_of(context) as clips:
        video = compose(
            clips,
            speech[: len(opening)],
            speech[len(opening) :],
            analysis.key_moment_seconds,
            context.folder,
        )
    number = context.session.videos_begun
    key, key_of_preview = (name(context.session.id, number) for name in (coaching_video_key, preview_key))
    context.store.put(key, chunks_of(video.path), "video/mp4")
    context.store.put(key_of_preview, chunks_of(video.preview), "image/jpeg")

    def store(db: DbSession, session: CookingSession) -> None:
        if number > 1:  # what it replaces, and what a process that died may have put
            owe_purge(db, coaching_video_keys(session.id, range(number)))
        session.coaching_video_gcs_path = key
        session.coaching_preview_gcs_path = key_of_preview
        session.coaching_cut = video.cut.model_dump()

    return StageResult(store, usage, owe=queue_coaching_video, clean_up=lambda: narrator.forget(spoken))


def spoken_sentences(script: NarrationScript) -> list[str]:
    """In their order, each of which the narrator speaks by itself."""
    return [*_opening(script), *sentences(script.part2)]


def _opening(script: NarrationScript) -> list[str]:
    return [*sentences(script.part1), *sentences(script.pivot)]
