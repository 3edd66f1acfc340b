"""Where objects lie, and how what learners send comes into the store and leaves it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from models.base import utc_now
from models.chat import Message, MessageType
from models.database import transaction
from models.session import CookingSession
from pipeline.line.content import ContentGone, ContentTooLarge, stream
from pipeline.providers.loading import store
from pipeline.providers.ports import ObjectStore
from settings import ConfigurationError, LineChannel, settings

log = logging.getLogger(__name__)

# Longer than LINE may prepare a video: while one runner fetches, nobody else does.
KEEPING = timedelta(minutes=15)
CHUNK_BYTES = 1024 * 1024


def video_key(message_id: str) -> str:
    return f"videos/{message_id}.mp4"


def proxy_key(message_id: str) -> str:
    return f"videos/{message_id}.proxy.mp4"


def memo_key(message_id: str) -> str:
    return f"memos/{message_id}.m4a"


def coaching_video_key(session_id: int) -> str:
    return f"sessions/{session_id}/coaching_video.mp4"


def preview_key(session_id: int) -> str:
    return f"sessions/{session_id}/preview.jpg"


def keep(objects: ObjectStore, channel_name: str, message_id: str, key: str, max_bytes: int) -> None:
    """Streams the message's content under `key`; does nothing when it is there already.

    Raises the errors of `line.content.stream`.
    """
    if objects.exists(key):
        return
    content_type = "video/mp4" if key.startswith("videos/") else "audio/mp4"
    objects.put(key, _content(channel_name, message_id, max_bytes), content_type)


def chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes for `put`, never all at once."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _content(channel_name: str, message_id: str, max_bytes: int) -> Iterator[bytes]:
    return stream(_channel(channel_name), message_id, max_bytes)


def _channel(name: str) -> LineChannel:
    channel = settings().channel(name)
    if channel is None:
        raise ConfigurationError(f"LINE_CHANNELS: no channel '{name}', from which a learner's file came")
    return channel


def purge(message_id: int) -> None:
    """Deletes every copy of a message unsent or rejected, and what was made of it; marks the row when done."""
    with transaction() as db:
        message = db.get(Message, message_id, with_for_update=True)
        if message is None or message.line_message_id is None:
            return
        if not (message.meta.get("unsent") or message.meta.get("rejected")):
            return
        keys = [key_of(message.line_message_id) for key_of in (video_key, proxy_key, memo_key)]
        session = db.get(CookingSession, message.session_id) if message.session_id else None
        if session is not None and session.coaching_text and not session.raw_video_url:
            keys += [coaching_video_key(session.id or 0), preview_key(session.id or 0)]
        for key in keys:
            store().delete(key)
        message.meta = {**message.meta, "purged_at": utc_now().isoformat()}
        db.add(message)


def keep_media(message_id: int) -> None:
    """Fetches a video or memo whose dish is not chosen yet. Raises the errors of `line.content.stream`."""
    message = _to_keep(message_id)
    if message is None or message.line_message_id is None:
        return
    if message.meta["type"] == MessageType.VIDEO:
        key, ceiling = video_key(message.line_message_id), settings().max_video_bytes
    else:
        key, ceiling = memo_key(message.line_message_id), settings().max_memo_bytes
    try:
        keep(store(), message.channel, message.line_message_id, key, ceiling)
    except (ContentGone, ContentTooLarge) as error:
        # The session that takes it will find the same and tell the learner.
        log.info("message %s not kept: %s", message_id, type(error).__name__)
    with transaction() as db:
        message = db.get(Message, message_id, with_for_update=True)
        if message is None or message.meta.get("unsent"):
            store().delete(key)  # taken back while it came
            return
        message.meta = {**message.meta, "kept_at": utc_now().isoformat()}
        db.add(message)


def _to_keep(message_id: int) -> Message | None:
    """The message, for one runner at a time; None when it is kept, held or taken back."""
    with transaction() as db:
        message = db.get(Message, message_id, with_for_update=True)
        if message is None or message.meta.get("unsent") or message.meta.get("kept_at"):
            return None
        if message.next_attempt_at is not None and message.next_attempt_at > utc_now():
            return None
        message.next_attempt_at = utc_now() + KEEPING
        db.add(message)
    return message
