"""The names of objects. What learners send lies under names nobody can guess."""

from uuid import uuid4

from models.media import MediaKind

_FOLDERS = {
    MediaKind.VIDEO: ("videos", "mp4"),
    MediaKind.MEMO: ("memos", "m4a"),
    MediaKind.VOICE_QUESTION: ("questions", "m4a"),
    MediaKind.PHOTO: ("photos", "jpg"),
    MediaKind.FILE: ("files", "bin"),
}


def new_media_key(kind: MediaKind) -> str:
    """For the bytes of one clip, photo or recording."""
    folder, ending = _FOLDERS[kind]
    return f"{folder}/{uuid4().hex}.{ending}"


def view_key(video_key: str) -> str:
    return f"{video_key.removesuffix('.mp4')}.view.mp4"


def coaching_video_key(session_id: int) -> str:
    return f"sessions/{session_id}/coaching_video.mp4"


def preview_key(session_id: int) -> str:
    return f"sessions/{session_id}/preview.jpg"
