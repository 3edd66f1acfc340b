"""The names of objects. What learners send lies under names nobody can guess."""

from collections.abc import Iterable
from uuid import uuid4

from models.chat import Attachment
from models.media import MediaKind

_FOLDERS = {
    MediaKind.VIDEO: ("videos", "mp4"),
    MediaKind.MEMO: ("memos", "m4a"),
    MediaKind.VOICE_QUESTION: ("questions", "m4a"),
    MediaKind.PHOTO: ("photos", "jpg"),
    MediaKind.FILE: ("files", "bin"),
}
_ATTACHMENT_ENDINGS = {Attachment.PHOTO: "jpg", Attachment.VOICE: "m4a", Attachment.VIDEO: "mp4"}


def new_media_key(kind: MediaKind) -> str:
    """For the bytes of one clip, photo or recording."""
    folder, ending = _FOLDERS[kind]
    return f"{folder}/{uuid4().hex}.{ending}"


def new_progress_picture_key() -> str:
    return f"progress/{uuid4().hex}.png"


def view_key(video_key: str) -> str:
    return f"{video_key.removesuffix('.mp4')}.view.mp4"


def spoken_answer_key(question_key: str) -> str:
    """Of the speech that answers a spoken question: it goes with the recording."""
    return f"{question_key.removesuffix('.m4a')}.answer.m4a"


def coaching_video_key(session_id: int, number: int) -> str:
    """Of the video that this render makes, of all that were begun for the cook: whoever comes late never puts theirs in place
    of a newer one, and whoever purges an old one never takes it. 0: as earlier releases named it."""
    return f"sessions/{session_id}/coaching_video{_of_render(number)}.mp4"


def preview_key(session_id: int, number: int) -> str:
    return f"sessions/{session_id}/preview{_of_render(number)}.jpg"


def coaching_video_keys(session_id: int, numbers: Iterable[int]) -> list[str]:
    """Of the videos of these renders and of their previews."""
    return [key(session_id, number) for number in numbers for key in (coaching_video_key, preview_key)]


def film_key(session_id: int, run_id: int) -> str:
    """Of the film that this run of its stage makes: one that is made anew lies elsewhere, so that whoever purges the old
    one never takes it."""
    return f"sessions/{session_id}/film-{run_id}.mp4"


def film_preview_key(session_id: int, run_id: int) -> str:
    return f"sessions/{session_id}/film-{run_id}.jpg"


def new_attachment_key(kind: Attachment) -> str:
    """Of a picture, a voice or a video that a coach sends."""
    return f"coach/{uuid4().hex}.{_ATTACHMENT_ENDINGS[kind]}"


def attachment_preview_key(video_key: str) -> str:
    return f"{video_key.removesuffix('.mp4')}.jpg"


def new_demonstration_keys() -> tuple[str, str, str]:
    """Of what a coach says, of the film that is made of it, and of its preview."""
    folder = f"demonstrations/{uuid4().hex}"
    return f"{folder}/voice", f"{folder}/demonstration.mp4", f"{folder}/preview.jpg"


def _of_render(number: int) -> str:
    return f"-{number}" if number else ""
