"""What the analysis looks at, of a video that does not serve as it is: a view of it."""

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.briefs import footage_of
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.media.view import make_view
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.keys import view_key
from storage.store import chunks_of, local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when the clip breaks off on the way."""
    video = footage_of(context)
    facts = VideoFacts.model_validate(video.facts)
    key = view_key(video.object_key)
    try:
        with local_file(context.store, video.object_key) as source:
            view = make_view(source, facts, context.folder)
    except UnusableClip as error:
        raise MediaRejected(error.reason.value) from error
    context.store.put(key, chunks_of(view), "video/mp4")

    def store(db: DbSession, session: CookingSession) -> None:
        if session.video is not None:
            session.video.view_key = key

    return StageResult(store)
