"""What is where, and for how long."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.same_moment import Ground, SameMoment, windows
from pipeline.media.captions import CLEAR_BOTTOM
from pipeline.media.film.board import HEIGHT, WIDTH, panes, plan
from pipeline.media.narration import FPS
from pipeline.media.probe import VideoFacts

PORTRAIT, LANDSCAPE, SQUARE = (1080, 1920), (1920, 1080), (720, 720)
SIZE = st.sampled_from([PORTRAIT, LANDSCAPE, SQUARE, (640, 480), (480, 640), (1000, 300), (301, 999)])


def facts(size: tuple[int, int], seconds: float = 24.0) -> VideoFacts:
    return VideoFacts(
        container="mp4",
        duration_seconds=seconds,
        width=size[0],
        height=size[1],
        rotation=0,
        fps=30,
        is_vfr=False,
        video_codec="h264",
        pix_fmt="yuv420p",
        is_10bit=False,
        hdr_transfer=None,
        color_matrix="bt709",
        audio_track=None,
        keyframe_interval_seconds=1,
        bytes=1,
    )


@pytest.mark.parametrize(
    ("sizes", "is_beside"),
    [
        ((PORTRAIT, PORTRAIT), True),
        ((LANDSCAPE, LANDSCAPE), False),
        ((PORTRAIT, LANDSCAPE), False),
        ((LANDSCAPE, PORTRAIT), False),
        ((SQUARE, SQUARE), False),
        ((PORTRAIT, (480, 640)), True),
    ],
)
def test_upright_clips_stand_beside_each_other_and_others_are_stacked(
    sizes: tuple[tuple[int, int], tuple[int, int]], is_beside: bool
) -> None:
    one, other = panes([facts(size) for size in sizes])
    assert (one.left + one.width <= other.left) is is_beside
    assert (one.top + one.height <= other.top) is not is_beside
    assert one.words_apart is is_beside


@given(SIZE, SIZE)
def test_clips_and_words_never_lie_over_one_another(first: tuple[int, int], third: tuple[int, int]) -> None:
    for pane, size in zip(panes([facts(first), facts(third)]), (first, third), strict=True):
        assert pane.left >= 0
        assert pane.left + pane.width <= WIDTH
        assert pane.width / pane.height == pytest.approx(size[0] / size[1], rel=0.03)
        assert (pane.width % 2, pane.height % 2) == (0, 0)
    one, other = panes([facts(first), facts(third)])
    assert one.left + one.width <= other.left or one.words_top < other.top
    words = sorted(
        (pane.words_top, pane.words_top + (56 if pane.words_apart else 0) + 2 * 52) for pane in (one, other)
    )
    assert all(end <= start for (_, end), (start, _) in pairwise(words))
    assert words[-1][1] <= HEIGHT * (1 - CLEAR_BOTTOM)
    lowest = max(pane.top + pane.height for pane in (one, other))
    assert lowest <= words[-1][0]


@given(st.floats(1.9, 7200), st.floats(1.9, 7200), st.floats(0, 1))
def test_however_long_the_clips_are_the_film_lasts_from_15_to_25_seconds(
    first: float, third: float, place: float
) -> None:
    parts = windows(SameMoment(first * place, third * place, Ground.PLACE), first, third)
    board = plan(parts, [facts(PORTRAIT, first), facts(PORTRAIT, third)])
    assert 15 <= board.seconds <= 25
    assert 2 <= board.still_at < board.still_until <= board.closing_at + 1 / FPS
    assert board.still_until - board.still_at >= 2
