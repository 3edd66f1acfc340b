"""Films of tiny clips whose brightness tells their second: the right ones are seen together."""

from pathlib import Path

import av
import pytest
from PIL import Image

from models.rules.same_moment import Ground, SameMoment, windows
from pipeline.media.film.captions import FilmWords
from pipeline.media.film.composition import Film, Part, compose
from pipeline.media.loudness import measure
from pipeline.media.probe import ClipProblem, UnusableClip, check_usable

from ..conftest import FAST, Clip, Picture, Turn, frame_at

CLOCK = "geq=lum='30+18*floor(T)':cb=128:cr=128"
WORDS = FilmWords(
    title=("チャーハン", "1回目と3回目"),
    labels=("1回目", "3回目"),
    sentences=("「油の熱しすぎ」に\n気づきました。", "「油の熱しすぎ」は\n映っていません。"),
    mark="ここが同じ場面",
    closing=("チャーハン", "3回、作りきりました"),
)


def clock(clip: Clip, name: str, size: str, seconds: float, *, is_uneven: bool = False) -> Path:
    uneven = ",select='not(mod(n,2))+lt(t,1)'" if is_uneven else ""
    encoder = (*FAST, "-g", "30", *(("-fps_mode", "vfr") if is_uneven else ()))
    return clip(
        name, seconds=seconds, picture=f"nullsrc=s={size}:r=15", filters=CLOCK + uneven, encoder=encoder
    )


def film_of(first: Path, third: Path, moment: SameMoment, into: Path) -> Film:
    facts = [check_usable(each) for each in (first, third)]
    parts = windows(moment, facts[0].end_seconds, facts[1].end_seconds)
    return compose([Part(*each) for each in zip((first, third), facts, parts, strict=True)], WORDS, into)


def seconds_shown(film: Film, at: float) -> list[int]:
    """Of each clip, read off the middle of its pane."""
    picture = frame_at(film.path, at)
    return [_second(picture, scene.pane.left, scene.pane.top, scene.pane) for scene in film.board.scenes]


def _second(picture: Picture, left: int, top: int, pane: object) -> int:
    width, height = pane.width, pane.height  # type: ignore[attr-defined]
    box = picture[top + height // 2 : top + height * 3 // 4, left + width // 3 : left + width * 2 // 3]
    luma = 16 + float(box.mean()) * 219 / 255
    return round((luma - 30) / 18)


def assert_plays_everywhere(film: Film) -> None:
    with av.open(str(film.path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        context = picture.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.width, context.height) == (720, 1280)
        assert 15 <= float((picture.duration or 0) * (picture.time_base or 0)) <= 25
        assert (sound.codec_context.name, sound.codec_context.sample_rate) == ("aac", 48_000)
        assert sum(1 for _ in container.decode(picture)) == film.board.frames
    with Image.open(film.preview) as preview:
        assert (preview.format, preview.size) == ("JPEG", (720, 1280))
    assert film.preview.stat().st_size < 1_000_000


def test_a_turned_clip_and_one_of_varying_rate_stand_still_at_the_same_moment(
    clip: Clip, turn: Turn, tmp_path: Path
) -> None:
    first = turn(clock(clip, "first.mp4", "160x90", 11), 90)
    third = clock(clip, "third.mp4", "90x160", 12, is_uneven=True)
    film = film_of(first, third, SameMoment(3.5, 7.5, Ground.EVENT), tmp_path)
    assert_plays_everywhere(film)
    one, other = film.board.scenes
    assert one.pane.width < one.pane.height
    assert one.pane.left < other.pane.left
    board = film.board
    for at in (board.still_at + 0.1, board.still_until - 0.1):
        assert seconds_shown(film, at) == [3, 7]
    stretch = one.shot.stretch
    assert seconds_shown(film, board.still_at - stretch) == [2, 6]
    assert seconds_shown(film, board.still_until + stretch) == [4, 8]
    # The clips have a tone at 3 kHz: nothing is heard of it, only the music.
    assert measure(film.path).lufs == pytest.approx(-14, abs=1)


def test_short_landscape_clips_are_stacked_and_the_film_is_not_short(clip: Clip, tmp_path: Path) -> None:
    first = clock(clip, "first.mp4", "160x90", 2.2)
    third = clock(clip, "third.mp4", "160x90", 5)
    film = film_of(first, third, SameMoment(1.5, 3.5, Ground.KEY_MOMENT), tmp_path)
    assert_plays_everywhere(film)
    one, other = film.board.scenes
    assert (one.pane.left, one.pane.width) == (other.pane.left, other.pane.width) == (0, 720)
    assert one.pane.top + one.pane.height < other.pane.top
    assert seconds_shown(film, (film.board.still_at + film.board.still_until) / 2) == [1, 3]


def test_a_clip_that_breaks_off_is_to_blame(clip: Clip, tmp_path: Path) -> None:
    whole = clip("whole.mp4", size="180x320", seconds=4)
    facts = check_usable(whole)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(whole.read_bytes()[:2000])
    parts = windows(SameMoment(2, 2, Ground.PLACE), facts.end_seconds, facts.end_seconds)
    with pytest.raises(UnusableClip) as caught:
        compose([Part(whole, facts, parts[0]), Part(broken, facts, parts[1])], WORDS, tmp_path)
    assert caught.value.reason is ClipProblem.TRUNCATED
    assert {path.name for path in tmp_path.iterdir()} == {"broken.mp4"}
