"""The sound of a file, written as speech models like it."""

from pathlib import Path

from pipeline.media.ffmpeg import QUIET, UnreadableInput, binary, run, time_limit
from pipeline.providers.ports import UnreadableAudio

SPEECH_RATE = 16_000  # Hz
SPEECH_BITRATE = "64k"  # AAC: a voice is clear at it


def to_flac(source: Path, output: Path, seconds: float) -> Path:
    """Its `seconds` of sound as mono FLAC at SPEECH_RATE. Raises UnreadableAudio, FfmpegFailure, FfmpegTimeout."""
    # fmt: off
    command = [
        binary(), *QUIET, "-loglevel", "warning", "-y", "-protocol_whitelist", "file,pipe", "-i", f"file:{source}",
        "-map", "0:a:0", "-ac", "1", "-ar", str(SPEECH_RATE), "-c:a", "flac", f"file:{output}",
    ]
    # fmt: on
    try:
        run(command, timeout_seconds=time_limit(seconds))
    except UnreadableInput as failure:
        raise UnreadableAudio("its sound does not decode") from failure
    return output


def to_m4a(speech: Path, output: Path, seconds: float) -> Path:
    """Our own speech as LINE plays it. Raises FfmpegFailure, FfmpegTimeout."""
    # fmt: off
    command = [
        binary(), *QUIET, "-loglevel", "warning", "-y", "-i", f"file:{speech}",
        "-c:a", "aac", "-b:a", SPEECH_BITRATE, "-movflags", "+faststart", f"file:{output}",
    ]
    # fmt: on
    run(command, timeout_seconds=time_limit(seconds))
    return output
