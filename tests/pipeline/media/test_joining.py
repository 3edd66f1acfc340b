"""Several clips as one: a second of the view, of the excerpts and of the final cut is the same second of the timeline."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from models.rules.timeline import Timeline
from pipeline.media.command import Files, build_command
from pipeline.media.composition import compose
from pipeline.media.joining import cut, join_views
from pipeline.media.probe import ClipFile, check_usable
from pipeline.media.storyboard import plan
from pipeline.media.view import make_view, serves_as_view

from .conftest import FAST, HEVC, PART1, PART2, Picture, Turn, lavfi, make, speech
from .test_seconds import NEAR, clock_of

# Colour tells which clip it is, brightness which second of it.
SECONDS = (5, 4, 3)
REDS = (100, 128, 156)

Pictures = Sequence[tuple[Picture, float]]


def ramp(path: Path, number: int, size: str, rate: int, *options: str, sound: bool = True) -> Path:
    level = f"45+160*T/{SECONDS[number]}"
    picture = f"color=c=gray:s={size}:r={rate},geq=lum='{level}':cb=128:cr={REDS[number]}"
    inputs = [*lavfi(picture), *(lavfi("sine") if sound else ())]
    return make(path, *inputs, "-t", str(SECONDS[number]), "-crf", "10", *options)


@pytest.fixture(scope="session")
def cook(clips: Path, turn: Turn) -> list[ClipFile]:
    """Of other sizes, rates and codecs; one upside down, one without sound."""
    folder = clips / "several"
    folder.mkdir(exist_ok=True)
    files = [
        ramp(folder / "1.mp4", 0, "180x320", 30, *FAST),
        turn(ramp(folder / "2.mp4", 1, "640x360", 25, *HEVC, "-pix_fmt", "yuv420p", sound=False), 180),
        ramp(folder / "3.mov", 2, "320x320", 15, *FAST),
    ]
    return [ClipFile(file, check_usable(file)) for file in files]


@pytest.fixture(scope="session")
def view(cook: list[ClipFile], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    views = []
    for number, clip in enumerate(cook):
        into = folder / str(number)
        into.mkdir()
        views.append(clip.path if serves_as_view(clip.facts) else make_view(clip.path, clip.facts, into))
    return join_views(views, [clip.facts.end_seconds for clip in cook], folder / "view.mp4")


def pictures_of(video: Path) -> Pictures:
    with av.open(str(video)) as container:
        start = (container.start_time or 0) / av.time_base
        return [
            (np.asarray(frame.to_ndarray(format="rgb24"), np.uint8), (frame.time or 0.0) - start)
            for frame in container.decode(container.streams.video[0])
        ]


def seconds_of(pictures: Iterable[Picture], cook: Sequence[ClipFile]) -> list[float]:
    """Which seconds of the timeline look so."""
    starts = Timeline([clip.facts.end_seconds for clip in cook]).starts
    clocks = [clock_of(clip.path) for clip in cook]
    seconds = []
    for picture in pictures:
        height, width, _ = picture.shape
        middle = picture[height * 2 // 5 : height // 2, width * 2 // 5 : width // 2].astype(float)
        redness = float((middle[..., 0] - middle[..., 2]).mean())
        clip = 0 if redness < -18 else 2 if redness > 18 else 1
        seconds.append(starts[clip] + float(np.interp(middle.mean(), *clocks[clip])))
    return seconds


def test_each_picture_of_the_view_shows_its_own_second(cook: list[ClipFile], view: Path) -> None:
    pictures, seconds = zip(*pictures_of(view)[1:], strict=True)
    facts = check_usable(view)
    assert (facts.has_audio, facts.rotation, facts.pix_fmt) == (True, 0, "yuv420p")
    assert len(pictures) >= 20, "two a second"
    assert seconds_of(pictures, cook) == pytest.approx(list(seconds), abs=NEAR)


@pytest.mark.parametrize("start", [1.5, 3.5, 5.5, 10.0])
def test_an_excerpt_begins_where_it_was_ordered(cook: list[ClipFile], tmp_path: Path, start: float) -> None:
    excerpt = cut(cook, start, 3.0, tmp_path / "excerpt.mp4")
    pictures, seconds = zip(*pictures_of(excerpt), strict=True)
    frame = 1 / min(clip.facts.fps for clip in cook)
    assert seconds_of(pictures, cook) == pytest.approx([start + each for each in seconds], abs=NEAR + frame)
    assert seconds[-1] == pytest.approx(min(3.0, 12 - start), abs=NEAR + frame)


@pytest.mark.parametrize("moment", [2, 7])
def test_the_final_cut_shows_the_key_moment(cook: list[ClipFile], tmp_path: Path, moment: int) -> None:
    part1, part2 = speech(tmp_path / "1", *PART1), speech(tmp_path / "2", *PART2)
    video = compose(cook, part1, part2, moment, tmp_path)
    with Image.open(video.preview) as preview:
        still = np.asarray(preview.convert("RGB"))
    assert seconds_of([still], cook) == pytest.approx([moment], abs=NEAR)
    # The intro passes through all of them at one speed.
    pictures = pictures_of(video.path)
    for at in (1.0, 6.0, 10.0):
        shown, _ = min(pictures, key=lambda each: abs(each[1] - at * video.cut.intro_stretch))
        assert seconds_of([shown], cook) == pytest.approx([at], abs=NEAR + 1 / 15)


def test_clips_without_any_sound_have_a_view_without(cook: list[ClipFile], tmp_path: Path) -> None:
    views = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        views.append(make_view(cook[1].path, cook[1].facts, tmp_path / str(number)))
    joined = join_views(views, [cook[1].facts.end_seconds] * 2, tmp_path / "view.mp4")
    facts = check_usable(joined)
    assert not facts.has_audio
    assert facts.end_seconds == pytest.approx(8, abs=0.6)


def test_clips_too_short_for_the_narration_are_shown_again_in_their_order(cook: list[ClipFile]) -> None:
    facts = [cook[2].facts, cook[1].facts]
    board = plan(facts, part1_frames=900, part2_frames=300, outro_frames=165, key_moment_seconds=1)
    assert [shot.clip for shot in board.passages] == [0, 1, 0, 1, 0, 1]
    assert sum(shot.frames for shot in board.passages) == 900
    speeds = {round(shot.stretch, 2) for shot in board.passages}
    assert max(speeds) - min(speeds) < 0.02
    files = Files(cook[1:][::-1], *(Path(name) for name in ("n", "m", "c", "f", "o")))
    command = build_command(board, files, narration_gain_db=0)
    assert command.count("-i") == 6 + 2 + 3
