"""What the analysis looks at: the learner's own video where it serves, else a view of it."""

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.briefs import footage_of
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.media.view import make_view, serves_as_view
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.keys import view_key
from storage.store import chunks_of, local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when the clip breaks off on the way."""
    video = footage_of(context)
    facts = VideoFacts.model_validate(video.facts)
    if serves_as_view(facts):
        return _result(video.object_key)
    key = view_key(video.object_key)
    try:
        with local_file(context.store, video.object_key) as source:
            view = make_view(source, facts, context.folder)
    except UnusableClip as error:
        raise MediaRejected(error.reason.value) from error
    context.store.put(key, chunks_of(view), "video/mp4")
    return _result(key)


def _result(key: str) -> StageResult:
    def store(db: DbSession, session: CookingSession) -> None:
        if session.video is not None:
            session.video.view_key = key

    return StageResult(store)
