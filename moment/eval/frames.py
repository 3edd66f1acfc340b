"""Single pictures of a clip, small enough to stand inside a page."""

import base64
from collections.abc import Sequence
from pathlib import Path

from pipeline.media import ffmpeg

_WIDTH = 240  # pixels
_LIMIT_SECONDS = 60


def frames_at(clip: Path, seconds: Sequence[float], folder: Path) -> list[str]:
    """A data: URI of a JPEG for each moment, upright; "" where the clip has no picture."""
    return [_frame(clip, second, folder / f"{number}.jpg") for number, second in enumerate(seconds)]


def _frame(clip: Path, second: float, out: Path) -> str:
    command = [ffmpeg.binary(), *ffmpeg.QUIET, "-y", "-ss", f"{max(second, 0.0):.2f}", "-i", f"file:{clip}"]
    command += ["-frames:v", "1", "-vf", f"scale={_WIDTH}:-2", "-q:v", "5", str(out)]
    out.unlink(missing_ok=True)
    try:
        ffmpeg.run(command, timeout_seconds=_LIMIT_SECONDS)
    except ffmpeg.FfmpegError:
        return ""
    if not out.exists():
        return ""  # past the last frame ffmpeg writes nothing and complains of nothing
    return "data:image/jpeg;base64," + base64.b64encode(out.read_bytes()).decode()
