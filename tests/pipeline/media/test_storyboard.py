import pytest

from pipeline.media.probe import VideoFacts
from pipeline.media.storyboard import Storyboard, canvas_height, plan


def facts(
    seconds: float = 60, *, width: int = 1080, height: int = 1920, interval: float | None = 1.0
) -> VideoFacts:
    return VideoFacts(
        container="mp4",
        duration_seconds=seconds,
        width=width,
        height=height,
        rotation=0,
        fps=30,
        is_vfr=False,
        video_codec="h264",
        pix_fmt="yuv420p",
        is_10bit=False,
        hdr_transfer=None,
        color_matrix="bt709",
        audio_track=0,
        keyframe_interval_seconds=interval,
        bytes=1,
    )


def board(clip: VideoFacts, *, part1: float = 30, part2: float = 18, key: float = 20) -> Storyboard:
    return plan(
        [clip],
        part1_frames=round(part1 * 30),
        part2_frames=round(part2 * 30),
        outro_frames=165,
        key_moment_seconds=key,
    )


@pytest.mark.parametrize(
    ("width", "height", "canvas"),
    [
        (1080, 1920, 1280),
        (1920, 1080, 404),
        (1440, 1080, 540),
        (1080, 1080, 720),
        (1080, 2400, 1280),
        (2560, 1080, 404),
    ],
)
def test_the_canvas_keeps_the_sources_shape(width: int, height: int, canvas: int) -> None:
    assert canvas_height(facts(width=width, height=height)) == canvas


def test_the_whole_cook_is_told_in_part_1() -> None:
    intro = board(facts(60)).intro
    assert (intro.start, intro.length, intro.plays) == (0, 60, 1)
    assert intro.stretch == pytest.approx(0.5)


def test_the_key_moment_is_seen_at_its_speed_then_slowly() -> None:
    plan = board(facts(60), part2=18, key=20)
    assert plan.key.stretch == 1
    assert plan.replay.stretch == pytest.approx(2)
    assert plan.key.start < 20 < plan.key.start + plan.key.length
    assert plan.part2_seconds == pytest.approx(18)


@pytest.mark.parametrize("key", [-5, 0, 3, 59, 60, 600])
@pytest.mark.parametrize("seconds", [0.5, 2, 5, 60])
def test_every_shot_lies_within_the_clip(seconds: float, key: float) -> None:
    plan = board(facts(seconds), key=key)
    for shot in (plan.intro, plan.key, plan.replay):
        assert shot.start >= 0
        assert shot.start + shot.length <= seconds + 1e-3
        assert shot.frames > 0
    assert plan.part1_seconds <= plan.key_moment < plan.part1_seconds + plan.key.seconds


@pytest.mark.parametrize("seconds", [2, 5, 12])
def test_a_short_clip_is_repeated_rather_than_frozen_or_slower_than_half(seconds: float) -> None:
    plan = board(facts(seconds))
    for shot in (plan.intro, plan.replay):
        assert shot.stretch <= 2
        assert shot.plays * shot.length * shot.stretch == pytest.approx(shot.seconds)


def test_only_keyframes_are_decoded_where_they_are_dense_enough_on_the_screen() -> None:
    assert board(facts(300, interval=1.0)).passages[0].skip_frame == "nokey"
    assert board(facts(60, interval=1.0)).passages[0].skip_frame != "nokey"
    assert board(facts(300, interval=10.0)).passages[0].skip_frame != "nokey"
    assert board(facts(300, interval=None)).passages[0].skip_frame != "nokey"


def test_no_frame_is_skipped_where_all_are_seen() -> None:
    plan = board(facts(30))
    assert plan.passages[0].skip_frame is plan.key.skip_frame is plan.replay.skip_frame is None
