"""The analysis view of ten minutes of footage, against the bare decoding of what it shows.

What we add: choosing pictures, making them small and plain, encoding them, and a look at what came out.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.costs import cost_of
from benchmarks.footage import long_clip
from benchmarks.measurement import Measurement, at_most, ratio_at_most
from benchmarks.runner import Report
from pipeline.media import ffmpeg
from pipeline.media.probe import VideoFacts, check_usable
from pipeline.media.view import frames_to_skip, make_view

MINUTES = 10
OVER_BARE = 1.5
OF_LENGTH, OF_LENGTH_4K, OF_LENGTH_SPARSE = 0.06, 0.15, 0.3
INLINE_MEGABYTES = 10
DENSE, SPARSE = 2, 10  # seconds from keyframe to keyframe

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
HEVC_HLG = (
    *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"),
    *("-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"),
)
# A phone's rate falls in the dark: here every third frame is missing in each second second.
VARYING = ("-vf", "select='lt(mod(t,2),1)+mod(n,3)'", "-fps_mode", "vfr")


@dataclass(frozen=True)
class Case:
    """`options` are ffmpeg's for the output; `bit_rate` in bits a second; `goal`: wall time ÷ the clip's length."""

    name: str
    size: str
    options: tuple[str, ...]
    bit_rate: int
    keyframes: int
    goal: float

    def draw(self, path: Path) -> Path:
        # Between forced ones none by the encoder's own choice: in a phone's film none is out of turn.
        forced = f"expr:gte(t,n_forced*{self.keyframes})"
        keyframes = f"-force_key_frames {forced} -g 1000 -sc_threshold 0".split()
        options = (*self.options, *keyframes, "-b:v", str(self.bit_rate))
        return long_clip(path, options, size=self.size, minutes=MINUTES)


# Phones' own rates are up to twice as high; the disk need not hold them.
CASES = (
    Case("1080p30 H.264", "1920x1080", H264, 10_000_000, DENSE, OF_LENGTH),
    Case("720p VFR H.264", "1280x720", (*H264, *VARYING), 5_000_000, DENSE, OF_LENGTH),
    Case("4K HLG HEVC", "3840x2160", HEVC_HLG, 25_000_000, DENSE, OF_LENGTH_4K),
    Case("1080p30 H.264, keyframes 10 s apart", "1920x1080", H264, 10_000_000, SPARSE, OF_LENGTH_SPARSE),
)


def measure(_bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    return [one for case in CASES for one in _measure(case, folder, report)]


def _measure(case: Case, folder: Path, report: Report) -> Sequence[Measurement]:
    report(f"drawing {case.name}")
    clip = case.draw(folder / "clip.mp4")
    facts = check_usable(clip)
    report(f"decoding {case.name}")
    bare = cost_of(lambda: subprocess.run(_bare_decode(clip, facts), check=True))
    report(f"looking at {case.name}")
    view = folder / "view.mp4"
    ours = cost_of(lambda: make_view(clip, facts, folder))
    megabytes = view.stat().st_size / 1e6
    clip.unlink()
    return [
        Measurement(f"{case.name}: CPU ÷ bare decode", ours.cpu, bare.cpu, "s", ratio_at_most(OVER_BARE)),
        Measurement(
            f"{case.name}: wall ÷ length", ours.wall, facts.duration_seconds, "s", ratio_at_most(case.goal)
        ),
        Measurement(f"{case.name}: size", megabytes, INLINE_MEGABYTES, "MB", at_most(INLINE_MEGABYTES)),
    ]


def _bare_decode(clip: Path, facts: VideoFacts) -> list[str]:
    """The same frames and the sound, thrown away."""
    decode = ["-threads", str(ffmpeg.thread_cap()), "-skip_frame", frames_to_skip(facts), "-i", str(clip)]
    discard = ["-fps_mode", "passthrough", "-f", "null", "-"]
    return [ffmpeg.binary(), *ffmpeg.QUIET, "-v", "error", *decode, *discard]
