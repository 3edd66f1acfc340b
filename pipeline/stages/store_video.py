"""The learner's video into the store, and what a probe says of it."""

from sqlmodel import Session as DbSession

from models.base import utc_now
from models.chat import MessageType, RoomType
from models.session import CookingSession, SessionStatus
from pipeline.line.content import ContentGone, ContentTooLarge
from pipeline.media.probe import UnusableClip, check_usable
from pipeline.objects import keep, video_key
from pipeline.outbox import record
from pipeline.providers.loading import local_file, store
from pipeline.work import VideoRejected, Work, Yielded
from settings import settings


def run(work: Work) -> Yielded:
    message_id = work.session.video_message_id
    assert message_id is not None  # noqa: S101 - what the graph needs
    key = video_key(message_id)
    objects = store()
    try:
        keep(objects, work.session.video_channel, message_id, key, settings().max_video_bytes)
    except ContentGone as error:
        raise VideoRejected("gone") from error
    except ContentTooLarge as error:
        raise VideoRejected("too_large") from error
    try:
        with local_file(objects, key) as path:
            facts = check_usable(path)
    except UnusableClip as error:
        objects.delete(key)
        raise VideoRejected(error.reason.value) from error

    def keep_facts(db: DbSession, session: CookingSession) -> None:
        session.raw_video_url = key
        session.video_facts = facts.model_dump(mode="json")
        session.status = SessionStatus.UPLOADED
        session.video_received_at = session.video_received_at or utc_now()
        record(
            db,
            session.user_id,
            MessageType.COOKING_VIDEO,
            video=key,
            session_id=work.session_id,
            room=RoomType.COOKING_VIDEOS,
        )

    def discard(session: CookingSession | None) -> None:
        if session is None or session.video_message_id != message_id:
            objects.delete(key)

    return Yielded(keep_facts, discard=discard)
