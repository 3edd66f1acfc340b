"""What a coach sends besides words, as LINE shows and plays it: a clean picture, a voice, a video."""

from pathlib import Path

from models.chat import Attachment
from pipeline.media.composition import still_of
from pipeline.media.ffmpeg import FfmpegError
from pipeline.media.message_video import write_message_video
from pipeline.media.photo import UnusablePhoto, write_photo
from pipeline.media.probe import ClipFile, UnusableClip, audio_facts, check_usable
from pipeline.media.sound import to_flac, to_m4a
from pipeline.providers.ports import AudioTooLong, UnreadableAudio
from services.coach_messages import AttachmentUnfit, MadeAttachment

LONGEST = 180.0  # seconds, of a voice and of a video


def make_attachment(kind: Attachment, sent: Path, folder: Path) -> MadeAttachment:
    """Its files lie in `folder`. Raises AttachmentUnfit."""
    try:
        return _MAKE[kind](sent, folder)
    except (UnusablePhoto, UnreadableAudio, AudioTooLong, UnusableClip, FfmpegError) as error:
        raise AttachmentUnfit(f"{kind}: {type(error).__name__}") from error


def _photo(sent: Path, folder: Path) -> MadeAttachment:
    photo = folder / "photo.jpg"
    write_photo(sent, photo)
    return MadeAttachment(photo)


def _voice(sent: Path, folder: Path) -> MadeAttachment:
    seconds = audio_facts(sent, max_seconds=LONGEST).duration_seconds
    sound = to_flac(sent, folder / "voice.flac", seconds)
    return MadeAttachment(to_m4a(sound, folder / "voice.m4a", seconds), seconds)


def _video(sent: Path, folder: Path) -> MadeAttachment:
    clip = ClipFile(sent, check_usable(sent, min_seconds=0.0, max_seconds=LONGEST))
    video = write_message_video(clip, folder / "video.mp4")
    seconds = check_usable(video, min_seconds=0.0).end_seconds
    return MadeAttachment(video, seconds, still_of(video, seconds / 2, folder / "preview.jpg"))


_MAKE = {Attachment.PHOTO: _photo, Attachment.VOICE: _voice, Attachment.VIDEO: _video}
