"""The landing page's sample: of a coaching video that `moment demo` has made, the key moment, small.

    uv run moment demo --out out && uv run python -m moment.landing_sample out

What it writes is kept in the repository, some 0.3 MB: the voice and the eyes that make a coaching video without an account
are not installed in production, and a page must not wait for them. The whole video would weigh as much as all else here.
"""

import json
import sys
from pathlib import Path

from liff.pages.app import STATIC
from models.coaching import CoachingCut
from pipeline.media import ffmpeg

FOLDER = STATIC / "sample"
VIDEO, POSTER = "coaching_video.mp4", "poster.jpg"
WIDTH = 360  # pixels: a captioned line still reads well
LEAD_SECONDS = 4.2  # of the intro: the sentence that leads over to the key moment
# Drawn smoke is grain, which costs most of the bytes; twelve pictures a second are what it was drawn with.
PICTURE = f"hqdn3d=6:4:9:9,scale={WIDTH}:-2:flags=lanczos"
TIMEOUT_SECONDS = 300.0


def make_sample(demo: Path, into: Path) -> None:
    """`demo` is the folder that the demo wrote. Raises OSError, FfmpegError."""
    cut = CoachingCut.model_validate(json.loads((demo / "coaching.json").read_text())["coaching_cut"])
    into.mkdir(parents=True, exist_ok=True)
    source, start = str(demo / "coaching_video.mp4"), str(max(0.0, cut.intro_seconds - LEAD_SECONDS))
    # fmt: off
    _run("-ss", start, "-i", source, "-vf", f"{PICTURE},fps=12", "-c:v", "libx264", "-preset", "slower", "-crf", "33",
         "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "48", "-c:a", "aac", "-ac", "1", "-ar", "24000", "-b:a", "32k",
         "-movflags", "+faststart", "-map_metadata", "-1", str(into / VIDEO))
    _run("-i", str(demo / "preview.jpg"), "-vf", f"scale={WIDTH * 2}:-2", "-q:v", "6", str(into / POSTER))
    # fmt: on


def _run(*arguments: str) -> None:
    command = [ffmpeg.binary(), *ffmpeg.QUIET, "-loglevel", "error", "-y", *arguments]
    ffmpeg.run(command, timeout_seconds=TIMEOUT_SECONDS)


if __name__ == "__main__":
    make_sample(Path(sys.argv[1]), FOLDER)
