"""Stage 4: speech, one ffmpeg pass over the learner's own footage, and the video owed."""

from sqlmodel import Session as DbSession

from models.chat import MessageType
from models.coaching import NarrationScript, VideoAnalysis
from models.session import CookingSession, SessionStatus
from pipeline.media.composition import compose
from pipeline.media.probe import VideoFacts
from pipeline.objects import chunks, coaching_video_key, preview_key
from pipeline.outbox import owe
from pipeline.providers.loading import local_file, store
from pipeline.providers.sentences import sentences
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    script = NarrationScript.model_validate(work.session.narration_script)
    analysis = VideoAnalysis.model_validate(work.session.video_analysis)
    opening = [*sentences(script.part1), *sentences(script.pivot)]
    spoken, usage = work.providers.narrator.speak([*opening, *sentences(script.part2)], work.folder)
    with local_file(store(), work.session.proxy_url) as source:
        video = compose(
            source,
            VideoFacts.model_validate(work.session.proxy_facts),
            spoken[: len(opening)],
            spoken[len(opening) :],
            analysis.key_moment_seconds,
            work.folder,
        )
    objects = store()
    at, preview_at = coaching_video_key(work.session_id), preview_key(work.session_id)
    objects.put(at, chunks(video.path), "video/mp4")
    objects.put(preview_at, chunks(video.preview), "image/jpeg")

    def keep(db: DbSession, session: CookingSession) -> None:
        session.coaching_video_gcs_path = at
        session.coaching_preview_gcs_path = preview_at
        session.status = SessionStatus.COMPLETED
        owe(db, session.user_id, MessageType.COACHING_VIDEO, video=at, session_id=session.id)

    def discard(session: CookingSession | None) -> None:
        if session is None or session.raw_video_url == "":
            objects.delete(at)
            objects.delete(preview_at)

    return Yielded(keep, usage, discard)
