"""A few seconds of a clip as a clip of its own."""

from pathlib import Path

from pipeline.media.ffmpeg import QUIET, UNTRUSTED_INPUT, binary, run, thread_cap

TIMEOUT_SECONDS = 120.0


def write_excerpt(source: Path, start: float, seconds: float, output: Path) -> Path:
    """Encoded anew, so that it begins exactly at `start` (seconds). Raises FfmpegFailure, FfmpegTimeout."""
    input_options = [word for name, value in UNTRUSTED_INPUT.items() for word in (f"-{name}", value)]
    # fmt: off
    command = [
        binary(), *QUIET, "-loglevel", "warning", "-y", *input_options, "-threads", str(thread_cap()),
        "-ss", f"{start:.3f}", "-t", f"{seconds:.3f}", "-i", f"file:{source}",
        "-map", "0:V:0", "-map", "0:a:0?", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", f"file:{output}",
    ]
    # fmt: on
    run(command, timeout_seconds=TIMEOUT_SECONDS)
    return output
