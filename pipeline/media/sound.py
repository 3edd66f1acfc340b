"""The sound of a file, written as speech models like it."""

from pathlib import Path

from pipeline.media.ffmpeg import QUIET, binary, run

SPEECH_RATE = 16_000  # Hz
TIMEOUT_SECONDS = 120.0


def to_flac(source: Path, output: Path) -> Path:
    """Mono FLAC at SPEECH_RATE. Raises FfmpegFailure, FfmpegTimeout."""
    # fmt: off
    command = [
        binary(), *QUIET, "-loglevel", "warning", "-y", "-protocol_whitelist", "file,pipe", "-i", f"file:{source}",
        "-map", "0:a:0", "-ac", "1", "-ar", str(SPEECH_RATE), "-c:a", "flac", f"file:{output}",
    ]
    # fmt: on
    run(command, timeout_seconds=TIMEOUT_SECONDS)
    return output
