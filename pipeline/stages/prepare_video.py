"""What the analysis looks at, of clips that do not serve as they are: a view of each."""

from sqlmodel import Session as DbSession

from models.media import Media
from models.session import CookingSession
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.media.view import make_view
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.keys import view_key
from storage.store import chunks_of, local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when a clip breaks off on the way."""
    keys = {clip.id: _prepare(context, clip) for clip in context.session.videos if not clip.view_key}

    def store(db: DbSession, session: CookingSession) -> None:
        for clip in session.videos:
            clip.view_key = clip.view_key or keys.get(clip.id, "")

    return StageResult(store)


def _prepare(context: StageContext, clip: Media) -> str:
    key = view_key(clip.object_key)
    try:
        with local_file(context.store, clip.object_key) as source:
            view = make_view(source, VideoFacts.model_validate(clip.facts), context.folder)
    except UnusableClip as error:
        raise MediaRejected(error.reason.value, media_id=clip.id) from error
    context.store.put(key, chunks_of(view), "video/mp4")
    return key
