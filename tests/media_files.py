"""Small media files made by ffmpeg."""

from pathlib import Path

from pipeline.media import ffmpeg


def make(out: Path, *arguments: str) -> Path:
    """Runs ffmpeg with these arguments before the output's name."""
    command = [ffmpeg.binary(), "-hide_banner", "-nostdin", "-y", *arguments, str(out)]
    ffmpeg.run(command, timeout_seconds=60)
    return out


def tone(out: Path, *, seconds: float) -> Path:
    return make(out, "-f", "lavfi", "-i", f"sine=frequency=300:duration={seconds}", "-c:a", "aac")


def silence(out: Path, *, seconds: float) -> Path:
    return make(out, "-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono", "-t", str(seconds), "-c:a", "aac")
