"""The video as analysis and composition both read it: the learner's own where it serves, else a proxy of it."""

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.briefs import footage_of
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.media.proxy import is_proxy, make_proxy
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from storage.keys import proxy_key
from storage.store import chunks_of, local_file


def run(context: StageContext) -> StageResult:
    """Raises MediaRejected when the clip breaks off on the way."""
    video = footage_of(context)
    facts = VideoFacts.model_validate(video.facts)
    if is_proxy(facts):
        return _result(video.object_key, facts)
    key = proxy_key(video.object_key)
    try:
        with local_file(context.store, video.object_key) as source:
            proxy = make_proxy(source, facts, context.folder)
    except UnusableClip as error:
        raise MediaRejected(error.reason.value) from error
    context.store.put(key, chunks_of(proxy.path), "video/mp4")
    return _result(key, proxy.facts)


def _result(key: str, facts: VideoFacts) -> StageResult:
    def store(db: DbSession, session: CookingSession) -> None:
        if session.video is not None:
            session.video.proxy_key = key
            session.video.proxy_facts = facts.model_dump(mode="json")

    return StageResult(store)
