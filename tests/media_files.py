"""Small media files made by ffmpeg."""

import random
from pathlib import Path

from pipeline.media import ffmpeg

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make(out: Path, *arguments: str) -> Path:
    """Runs ffmpeg with these arguments before the output's name."""
    command = [ffmpeg.binary(), "-hide_banner", "-nostdin", "-y", *arguments, str(out)]
    ffmpeg.run(command, timeout_seconds=60)
    return out


def tone(out: Path, *, seconds: float) -> Path:
    return make(out, "-f", "lavfi", "-i", f"sine=frequency=300:duration={seconds}", "-c:a", "aac")


def silence(out: Path, *, seconds: float) -> Path:
    return make(out, "-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono", "-t", str(seconds), "-c:a", "aac")


def unreadable_half_way(clip: Path, out: Path) -> Path:
    """Sound at its start, middle and end, where the probe looks."""
    encoder = ("-vf", "noise=alls=20:allf=t", *H264, "-r", "30", "-g", "15")
    steady = make(out.with_name("steady.mp4"), "-stream_loop", "1", "-i", str(clip), "-an", *encoder)
    sideways = make(out, "-display_rotation", "90", "-i", str(steady), "-c", "copy")
    content = bytearray(sideways.read_bytes())
    media = content.index(b"mdat") + 4
    for begin, end in ((0.12, 0.45), (0.6, 0.9)):
        first, last = (media + round((len(content) - media) * share) for share in (begin, end))
        content[first:last] = random.Random(1).randbytes(last - first)
    sideways.write_bytes(content)
    return sideways
