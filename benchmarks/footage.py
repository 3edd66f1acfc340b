"""Clips and a memo made by ffmpeg: the same bytes' worth of work at every run."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.media import ffmpeg

TIMEOUT_SECONDS = 300.0
LOOP_SECONDS = 10  # a long clip repeats after that
PAD_CHUNK_BYTES = 1024 * 1024


def clip(path: Path, *, seconds: int, size: str) -> Path:
    """A moving picture with noise for sound; 30 frames a second, as a phone's, H.264 and AAC. `size` is WxH."""
    picture = f"testsrc2=size={size}:rate=30:duration={seconds}"
    sound = f"anoisesrc=color=pink:amplitude=0.3:duration={seconds}"
    # fmt: off
    return _make(
        path, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound,
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart",
    )
    # fmt: on


def long_clip(path: Path, options: Sequence[str], *, size: str, minutes: int) -> Path:
    """A grainy moving picture with noise for sound, 30 frames a second; `options` are ffmpeg's for the output."""
    once = path.with_name("once.mp4")
    picture = f"testsrc2=size={size}:rate=30:duration={LOOP_SECONDS},noise=alls=4:allf=t"
    sound = f"anoisesrc=color=pink:amplitude=0.3:duration={LOOP_SECONDS}"
    _make(once, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *options, "-c:a", "aac")
    again = str(minutes * 60 // LOOP_SECONDS - 1)
    _make(path, "-stream_loop", again, "-i", str(once), "-c", "copy", "-movflags", "+faststart")
    once.unlink()
    return path


def memo(path: Path) -> Path:
    """An m4a of two seconds, as LINE's voice messages are."""
    return _make(path, "-f", "lavfi", "-i", "sine=frequency=300:duration=2", "-c:a", "aac")


def still_clip(path: Path, *, seconds: int, size: str) -> Path:
    """A picture of nothing, which does not move, without a sound."""
    picture, sound = f"color=c=gray:size={size}:rate=30", "anullsrc=r=44100:cl=mono"
    # fmt: off
    return _make(
        path, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", str(seconds),
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart",
    )
    # fmt: on


def still_memo(path: Path) -> Path:
    """As `memo`, and nothing is said in it."""
    return _make(path, "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "2", "-c:a", "aac")


def pad(source: Path, path: Path, *, total_bytes: int) -> Path:
    """The same clip as a file of `total_bytes`, by a free box at its end (ISO/IEC 14496-12, 8.1.2)."""
    content = source.read_bytes()
    box_bytes = total_bytes - len(content)
    with path.open("wb") as file:
        file.write(content)
        file.write(box_bytes.to_bytes(4, "big") + b"free")
        left = box_bytes - 8
        while left > 0:
            left -= file.write(bytes(min(left, PAD_CHUNK_BYTES)))
    return path


def _make(path: Path, *arguments: str) -> Path:
    ffmpeg.run([ffmpeg.binary(), *ffmpeg.QUIET, "-y", *arguments, str(path)], timeout_seconds=TIMEOUT_SECONDS)
    return path
