"""A second of the view, of the clip and of the final cut is the same second: the picture's brightness is its clock."""

from collections.abc import Callable, Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.media.excerpt import write_excerpt
from pipeline.media.probe import check_usable
from pipeline.media.view import make_view

from .conftest import FAST, HEVC, Picture, RenderResult, Turn, lavfi, make

SECONDS = 5
KEY_MOMENT = 3
NEAR = 0.1
WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M")
UNEVEN = "select='not(mod(n,3))+lt(mod(t,4),2)'"

Clock = tuple[NDArray[np.float64], NDArray[np.float64]]  # levels, rising, and the seconds at which they show


def ramp(path: Path, *options: str, rate: int = 30, filters: str = "null") -> Path:
    """Black becomes white in SECONDS."""
    picture = f"color=c=white:s=320x180:r={rate},fade=t=in:st=0:d={SECONDS},{filters}"
    return make(path, *lavfi(picture), *lavfi("sine"), "-t", str(SECONDS), "-crf", "10", *options)


def late(path: Path, source: Path, *, picture: str = "0", sound: str = "0") -> Path:
    """One of its tracks begins later, by an edit list."""
    inputs = ("-itsoffset", picture, "-i", str(source), "-itsoffset", sound, "-i", str(source))
    return make(path, *inputs, "-map", "0:v", "-map", "1:a", "-c", "copy")


def trimmed(path: Path, source: Path) -> Path:
    """As a phone trims: what lies before is in the file, and not shown."""
    return make(path, "-ss", "1.5", "-i", str(source), "-c", "copy")


KINDS: dict[str, Callable[[Path], Path]] = {
    "dense": lambda folder: ramp(folder / "dense.mp4", *FAST, "-g", "30"),
    "sparse": lambda folder: ramp(folder / "sparse.mp4", *FAST, "-g", "300", "-bf", "2"),
    "25": lambda folder: ramp(folder / "25.mp4", *HEVC, "-pix_fmt", "yuv420p", rate=25),
    "60": lambda folder: ramp(folder / "60.mov", *FAST, rate=60),
    "slow": lambda folder: ramp(folder / "slow.mp4", *FAST, rate=5),
    "varying": lambda folder: ramp(folder / "vfr.mp4", *FAST, "-fps_mode", "vfr", filters=UNEVEN),
    "webm": lambda folder: ramp(folder / "browser.webm", *WEBM, "-c:a", "libopus"),
    "of no told length": lambda folder: ramp(folder / "live.webm", *WEBM, "-c:a", "libopus", "-live", "1"),
    "late picture": lambda folder: late(
        folder / "late-picture.mp4", ramp(folder / "a.mp4", *FAST), picture="0.5"
    ),
    "late sound": lambda folder: late(folder / "late-sound.mp4", ramp(folder / "b.mp4", *FAST), sound="0.5"),
    "trimmed": lambda folder: trimmed(folder / "trimmed.mp4", ramp(folder / "c.mp4", *FAST, "-g", "30")),
}


@pytest.fixture(scope="session", params=KINDS)
def source(request: pytest.FixtureRequest, clips: Path, turn: Turn) -> Path:
    """Stored upside down, but for WebM, which knows no turning."""
    folder = clips / "seconds"
    folder.mkdir(exist_ok=True)
    clip = KINDS[request.param](folder)
    return clip if clip.suffix == ".webm" else turn(clip, 180)


def test_each_picture_of_the_view_shows_its_own_second(source: Path, tmp_path: Path) -> None:
    facts = check_usable(source)
    clock = clock_of(make_view(source, facts, tmp_path))
    # The first picture stands for the time before it, and so tells a later second than its own.
    levels, seconds = clock[0][1:], clock[1][1:]
    assert len(levels) >= 2
    assert seconds_of(levels, source) == pytest.approx(seconds, abs=NEAR)


def test_the_final_cut_shows_the_key_moment(source: Path, render: Callable[..., RenderResult]) -> None:
    result = render(source, KEY_MOMENT)
    with Image.open(result.video.preview) as preview:
        preview_level = level_of(np.asarray(preview.convert("RGB")))
    frames = [result.frame(result.part1_seconds + after) for after in (0.25, 0.5)]
    moment, first, later = seconds_of([preview_level, *map(level_of, frames)], source)
    assert moment == pytest.approx(KEY_MOMENT, abs=NEAR)
    # At its own speed.
    assert later - first == pytest.approx(0.25, abs=NEAR)


def test_an_excerpt_begins_where_it_was_ordered(source: Path, tmp_path: Path) -> None:
    excerpt = write_excerpt(source, check_usable(source), 1.5, 2.0, tmp_path / "excerpt.mp4")
    levels, seconds = clock_of(excerpt)
    assert seconds_of(levels, source) == pytest.approx(seconds + 1.5, abs=NEAR + frame_seconds(source))


def frame_seconds(video: Path) -> float:
    """A picture stands until the next one."""
    return 1 / check_usable(video).fps


def seconds_of(levels: Iterable[float], source: Path) -> list[float]:
    """Which seconds of the source look so."""
    all_levels, seconds = clock_of(source)
    return [float(np.interp(level, all_levels, seconds)) for level in levels]


def clock_of(video: Path) -> Clock:
    with av.open(str(video)) as container:
        start = (container.start_time or 0) / av.time_base
        frames = list(container.decode(container.streams.video[0]))
    levels = [level_of(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)) for frame in frames]
    return np.array(levels), np.array([(frame.time or 0.0) - start for frame in frames])


def level_of(picture: Picture) -> float:
    """Where neither captions nor marks stand."""
    height, width, _ = picture.shape
    return float(picture[height * 2 // 5 : height // 2, : width // 8].mean())
