"""Each damage to a good render is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.media import storyboard
from pipeline.media.storyboard import Storyboard
from pipeline.media.verify import BadRender, verify

from .conftest import Clip, RenderResult, make


@pytest.fixture(scope="module")
def good(clip: Clip, render: Callable[..., RenderResult]) -> RenderResult:
    return render(clip("landscape-small.mp4", size="320x180"))


@pytest.fixture(scope="module")
def board(good: RenderResult) -> Storyboard:
    frames = round(good.video.seconds * 30)
    return storyboard.plan(
        [good.facts], part1_frames=frames - 225, part2_frames=60, outro_frames=165, key_moment_seconds=2
    )


def test_a_good_render_passes(good: RenderResult, board: Storyboard) -> None:
    verify(good.video.path, board)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (("-c", "copy", "-t", "5"), "duration"),
        (("-c", "copy", "-map", "0:v"), "sound track"),
        (("-c", "copy", "-movflags", "-faststart"), "index"),
        (("-c:v", "copy", "-af", "volume=-8dB", "-movflags", "+faststart"), "loudness"),
        (("-c:v", "copy", "-af", "volume=18dB", "-movflags", "+faststart"), "true peak"),
        (("-c:v", "copy", "-ar", "44100", "-movflags", "+faststart"), "sound codec"),
        (("-c:v", "copy", "-af", "atrim=end=3", "-movflags", "+faststart"), "together"),
        (("-c:a", "copy", "-preset", "ultrafast", "-vf", "scale=180:-2"), "size"),
        (("-c:a", "copy", "-preset", "ultrafast", "-vf", "setsar=2"), "size"),
        (("-c:a", "copy", "-preset", "ultrafast", "-pix_fmt", "yuv444p"), "picture codec"),
        (("-c:a", "copy", "-preset", "ultrafast", "-r", "15"), "rate"),
    ],
)
def test_a_damaged_render_is_refused_by_name(
    good: RenderResult, board: Storyboard, tmp_path: Path, damage: tuple[str, ...], fault: str
) -> None:
    video = make(tmp_path / "a.mp4", "-i", str(good.video.path), *damage)
    with pytest.raises(BadRender, match=fault):
        verify(video, board)


def test_a_silent_render_is_refused(good: RenderResult, board: Storyboard, tmp_path: Path) -> None:
    silent = ("-c:v", "copy", "-af", "volume=0", "-movflags", "+faststart")
    with pytest.raises(BadRender, match="loudness"):
        verify(make(tmp_path / "a.mp4", "-i", str(good.video.path), *silent), board)


def test_an_empty_file_is_refused(board: Storyboard, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(BadRender):
        verify(tmp_path / "a.mp4", board)


def test_a_file_too_large_is_refused(good: RenderResult, board: Storyboard, tmp_path: Path) -> None:
    padding = (12_000_000).to_bytes(4, "big") + b"free" + bytes(12_000_000 - 8)
    (tmp_path / "a.mp4").write_bytes(good.video.path.read_bytes() + padding * 2)
    with pytest.raises(BadRender, match="bytes"):
        verify(tmp_path / "a.mp4", board)
