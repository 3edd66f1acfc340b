"""What a coach sends besides words, as LINE shows and plays it: a clean picture, a voice."""

from pathlib import Path

from models.chat import Attachment
from pipeline.media.ffmpeg import FfmpegError
from pipeline.media.photo import UnusablePhoto, write_photo
from pipeline.media.probe import audio_facts
from pipeline.media.sound import to_flac, to_m4a
from pipeline.providers.ports import AudioTooLong, UnreadableAudio
from services.coach_messages import AttachmentUnfit

LONGEST_VOICE = 180.0  # seconds


def make_attachment(kind: Attachment, sent: Path, folder: Path) -> tuple[Path, float]:
    """A file in `folder`, and how many seconds it sounds. Raises AttachmentUnfit."""
    try:
        if kind is Attachment.PHOTO:
            photo = folder / "photo.jpg"
            write_photo(sent, photo)
            return photo, 0.0
        seconds = audio_facts(sent, max_seconds=LONGEST_VOICE).duration_seconds
        sound = to_flac(sent, folder / "voice.flac", seconds)
        return to_m4a(sound, folder / "voice.m4a", seconds), seconds
    except (UnusablePhoto, UnreadableAudio, AudioTooLong, FfmpegError) as error:
        raise AttachmentUnfit(f"{kind}: {type(error).__name__}") from error
