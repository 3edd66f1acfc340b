"""The video as analysis and composition both read it: the learner's own where it serves, else a proxy of it."""

from collections.abc import Callable

from sqlmodel import Session as DbSession

from models.session import CookingSession
from pipeline.media.probe import UnusableClip, VideoFacts
from pipeline.media.proxy import is_proxy, make_proxy
from pipeline.objects import chunks, proxy_key
from pipeline.providers.loading import local_file, store
from pipeline.work import VideoRejected, Work, Yielded


def run(work: Work) -> Yielded:
    raw, facts = work.session.raw_video_url, VideoFacts.model_validate(work.session.video_facts)
    if is_proxy(facts):
        return Yielded(_keeping(raw, facts))
    message_id = work.session.video_message_id
    assert message_id is not None  # noqa: S101 - what the graph needs
    objects, key = store(), proxy_key(message_id)
    try:
        with local_file(objects, raw) as source:
            proxy = make_proxy(source, facts, work.folder)
    except UnusableClip as error:
        raise VideoRejected(error.reason.value) from error
    objects.put(key, chunks(proxy.path), "video/mp4")

    def discard(session: CookingSession | None) -> None:
        if session is None or session.raw_video_url != raw:
            objects.delete(key)

    return Yielded(_keeping(key, proxy.facts), discard=discard)


def _keeping(key: str, facts: VideoFacts) -> Callable[[DbSession, CookingSession], None]:
    def keep(db: DbSession, session: CookingSession) -> None:
        session.proxy_url = key
        session.proxy_facts = facts.model_dump(mode="json")

    return keep
