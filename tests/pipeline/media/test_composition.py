"""Renders tiny clips of every awkward kind and looks at what came out."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.media import encoding
from pipeline.media.captions import CLEAR_BOTTOM
from pipeline.media.composition import compose
from pipeline.media.excerpt import write_excerpt
from pipeline.media.ffmpeg import FfmpegFailure, FfmpegTimeout
from pipeline.media.loudness import measure
from pipeline.media.music import SECONDS as OUTRO_SECONDS
from pipeline.media.narration import GAP_SECONDS, LEAD_SECONDS
from pipeline.media.probe import ClipFile, UnusableClip, VideoFacts, check_usable
from pipeline.media.verify import MAX_BYTES
from tests.quick_providers import SHIPPED_PRESET

from .conftest import (
    FAST,
    HEVC,
    HLG,
    PART1,
    PART2,
    RED_CORNER,
    Clip,
    Picture,
    RenderResult,
    Turn,
    frame_at,
    frames_between,
    lavfi,
    make,
    red_corners,
    samples,
    speech,
)

Render = Callable[..., RenderResult]

SPARSE = (*FAST, "-g", "300", "-sc_threshold", "0")
EXPECTED_SECONDS = (
    sum(LEAD_SECONDS + sum(s + GAP_SECONDS for _, s in p) for p in (PART1, PART2)) + OUTRO_SECONDS
)


def distinct(pictures: list[Picture]) -> int:
    """How many of the pictures differ from the one before."""
    changes = (np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(pictures))
    return 1 + sum(1 for change in changes if change > 0.3)


def assert_plays_everywhere(result: RenderResult, size: tuple[int, int]) -> None:
    video = result.video
    with av.open(str(video.path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        context = picture.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.width, context.height) == size
        assert picture.average_rate == 30
        assert picture.frames == pytest.approx(EXPECTED_SECONDS * 30, abs=3)
        assert (int(context.colorspace), int(context.color_primaries), int(context.color_trc)) == (1, 1, 1)
        assert (sound.codec_context.name, sound.codec_context.sample_rate, sound.codec_context.channels) == (
            "aac",
            48_000,
            2,
        )
        assert next(container.decode(picture)).rotation == 0
    assert video.seconds == pytest.approx(EXPECTED_SECONDS, abs=0.1)
    assert measure(video.path).lufs == pytest.approx(-14, abs=1)
    with Image.open(video.preview) as preview:
        assert preview.format == "JPEG"
        assert preview.size == size
    assert video.preview.stat().st_size < 1_000_000


@pytest.fixture
def shipped_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PRESET", SHIPPED_PRESET)


@pytest.mark.usefixtures("shipped_preset")
def test_a_portrait_clip(clip: Clip, render: Render) -> None:
    result = render(clip("portrait.mp4"))
    assert_plays_everywhere(result, (720, 1280))
    assert red_corners(result.frame(1.0)) == [(False, False)]


def test_a_landscape_clip_stays_landscape(clip: Clip, render: Render) -> None:
    result = render(clip("landscape.mp4", size="640x360"))
    assert_plays_everywhere(result, (720, 404))
    assert red_corners(result.frame(1.0)) == [(False, False)]


def test_a_four_to_three_clip_has_no_bars(clip: Clip, render: Render) -> None:
    result = render(clip("four-three.mp4", size="320x240"))
    assert_plays_everywhere(result, (720, 540))
    assert result.frame(1.0)[:, -3:].mean() > 40


def test_a_very_tall_clip_is_shown_whole(clip: Clip, render: Render) -> None:
    result = render(clip("tall.mp4", size="270x640"))
    assert_plays_everywhere(result, (720, 1280))
    picture = result.frame(1.0)
    assert picture[:, :60].mean() < 5
    assert picture[:20, 360].mean() > 40


@pytest.mark.parametrize(("degrees", "right", "bottom"), [(90, False, True), (270, True, False)])
def test_a_turned_clip_comes_out_upright(
    clip: Clip, turn: Turn, render: Render, degrees: int, right: bool, bottom: bool
) -> None:
    result = render(turn(clip("landscape-small.mp4", size="320x180"), degrees))
    assert_plays_everywhere(result, (720, 1280))
    assert red_corners(result.frame(1.0)) == [(right, bottom)]


def test_a_turned_hdr_clip_becomes_plain_8_bit(clip: Clip, turn: Turn, render: Render) -> None:
    source = clip("hlg.mov", size="320x180", filters=f"{RED_CORNER},format=yuv420p10le,{HLG}", encoder=HEVC)
    result = render(turn(source, 270))
    assert result.facts.hdr_transfer
    assert_plays_everywhere(result, (720, 1280))
    assert red_corners(result.frame(1.0)) == [(True, False)]


def test_ten_bits_without_hdr(clip: Clip, render: Render) -> None:
    result = render(clip("ten-bit.mp4", size="320x180", encoder=(*HEVC, "-pix_fmt", "yuv420p10le")))
    assert result.facts.is_10bit
    assert_plays_everywhere(result, (720, 404))


def test_a_varying_frame_rate_becomes_constant(clip: Clip, render: Render) -> None:
    uneven = f"{RED_CORNER},select='not(mod(n,3))+lt(t,1)'"
    source = clip("vfr.mp4", size="320x180", filters=uneven, encoder=(*FAST, "-fps_mode", "vfr"))
    result = render(source)
    assert result.facts.is_vfr
    assert_plays_everywhere(result, (720, 404))


def test_a_clip_without_sound(clip: Clip, render: Render) -> None:
    assert_plays_everywhere(render(clip("mute.mp4", size="320x180", sound=False)), (720, 404))


def test_a_sound_track_that_ends_before_the_key_moment(clip: Clip, clips: Path, render: Render) -> None:
    quiet = clip("landscape-small.mp4", size="320x180")
    brief = ("-map", "0:v", "-map", "1:a", "-c:v", "copy")
    source = make(clips / "brief-sound.mp4", "-i", str(quiet), *lavfi("sine=d=0.5"), *brief)
    assert_plays_everywhere(render(source, 4), (720, 404))


def facts_of_half_a_second(path: Path, longer: VideoFacts) -> VideoFacts:
    return longer.model_copy(update={"duration_seconds": 0.5, "bytes": path.stat().st_size})


def test_noise_in_place_of_the_sound_is_left_out(noisy: Path, render: Render) -> None:
    assert_plays_everywhere(render(noisy), (720, 1280))


def test_a_size_that_changes_on_the_way(changing: Path, render: Render) -> None:
    assert_plays_everywhere(render(changing), (720, 404))


def test_half_a_second_of_footage(clip: Clip, render: Render) -> None:
    path = clip("half.mp4", size="320x180", seconds=0.5)
    facts = facts_of_half_a_second(path, check_usable(clip("landscape-small.mp4", size="320x180")))
    assert_plays_everywhere(render(path, 0, facts), (720, 404))


def test_footage_shorter_than_the_narration_never_stands_still_for_long(clip: Clip, render: Render) -> None:
    result = render(clip("two.mp4", size="320x180", seconds=2), 1)
    assert_plays_everywhere(result, (720, 404))
    pictures = frames_between(result.video.path, 0, result.video.seconds - OUTRO_SECONDS, width=180)
    assert all(distinct(pictures[at : at + 30]) > 5 for at in range(0, len(pictures) - 30, 15))


def test_sparse_keyframes_do_not_turn_the_cook_into_slides(clip: Clip, render: Render) -> None:
    result = render(clip("sparse.mp4", size="320x180", seconds=12, encoder=SPARSE), 6)
    assert_plays_everywhere(result, (720, 404))
    assert (
        distinct(frames_between(result.video.path, 0, result.part1_seconds, width=180))
        > 15 * result.part1_seconds
    )


GREY_RAMP = "color=c=white:s=320x180:r=30,format=yuv420p,fade=t=in:st=0:d=60"


def brightness(picture: Picture) -> float:
    return float(picture[10:60, 200:300].mean())


def test_part_1_tells_the_whole_cook_at_an_even_speed(clip: Clip, render: Render) -> None:
    result = render(clip("ramp.mp4", picture=GREY_RAMP, filters="null", seconds=60, sound=False), 30)
    end = result.part1_seconds
    levels = [brightness(result.frame(end * share)) for share in (0.02, 0.25, 0.5, 0.75, 0.98)]
    assert levels == pytest.approx([255 * share for share in (0.02, 0.25, 0.5, 0.75, 0.98)], abs=12)
    cut = result.video.cut  # by which the learner's page leads to a second of the clip
    assert (cut.seconds, cut.intro_seconds) == pytest.approx((EXPECTED_SECONDS, end), abs=0.1)
    shown = [brightness(result.frame(cut.shown_at(second))) for second in (3, 30, 57)]
    assert shown == pytest.approx([255 * second / 60 for second in (3, 30, 57)], abs=12)


@pytest.mark.parametrize(("key", "share"), [(30, 0.5), (45, 0.75), (900, 0.99)])
def test_part_2_shows_the_key_moment(clip: Clip, render: Render, key: int, share: float) -> None:
    result = render(clip("ramp.mp4", picture=GREY_RAMP, filters="null", seconds=60, sound=False), key)
    with Image.open(result.video.preview) as preview:
        assert brightness(np.asarray(preview.convert("RGB"))) == pytest.approx(255 * share, abs=12)
    assert result.video.seconds == pytest.approx(EXPECTED_SECONDS, abs=0.1)


def white(picture: Picture) -> NDArray[np.bool_]:
    return np.asarray((picture > 200).all(axis=2))


BLUE = "color=c=navy:s=180x320:r=30"


def test_captions_stand_while_their_sentence_sounds_and_clear_of_the_controls(
    clip: Clip, render: Render
) -> None:
    result = render(clip("blue.mp4", picture=BLUE, filters="null"))
    assert not white(result.frame(LEAD_SECONDS - 0.1)).any()
    ink = white(result.frame(LEAD_SECONDS + 0.7))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert ink.sum() > 2_000
    assert rows.min() > 1280 * 0.6
    assert rows.max() < 1280 * (1 - CLEAR_BOTTOM)
    assert columns.min() > 20
    assert columns.max() < 700


def test_captions_are_drawn_with_glyphs_not_boxes(clip: Clip, tmp_path: Path) -> None:
    source = clip("blue.mp4", picture=BLUE, filters="null")
    part1, part2 = (
        speech(tmp_path / "1", ("一一一", 1.0), ("鬱鬱鬱", 1.0)),
        speech(tmp_path / "2", ("三", 1.0)),
    )
    video = compose([ClipFile(source, check_usable(source))], part1, part2, 2, tmp_path)
    thin = white(frame_at(video.path, LEAD_SECONDS + 0.5)).sum()
    dense = white(frame_at(video.path, LEAD_SECONDS + 1.5 + GAP_SECONDS)).sum()
    assert 100 < thin < dense / 2


def test_the_pan_is_heard_under_the_voice_in_part_2_only(clip: Clip, render: Render) -> None:
    result = render(clip("landscape-small.mp4", size="320x180"))  # its sound is a loud tone of 3 kHz
    sound = samples(result.video.path)

    def pan(start: float, end: float) -> float:
        piece = sound[int(start * 48_000) : int(end * 48_000)]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) / len(piece)
        at = round(3000 * len(piece) / 48_000)
        return float(20 * np.log10(spectrum[at - 3 : at + 4].max() + 1e-9))

    part2 = result.part1_seconds
    speaking, pausing = pan(part2 + 0.8, part2 + 1.2), pan(part2 + 0.1, part2 + 0.28)
    assert pan(0.5, 1.5) < speaking - 20
    assert speaking < pausing - 4


@pytest.mark.parametrize("noise", ["anoisesrc=a=1,volume=6dB", "sine=f=80,volume=30dB"])
def test_a_roaring_kitchen_does_not_spoil_the_loudness(
    clip: Clip, clips: Path, render: Render, noise: str
) -> None:
    quiet = clip("landscape-small.mp4", size="320x180")
    source = make(
        clips / f"loud-{noise[:4]}.mp4",
        "-i",
        str(quiet),
        *lavfi(noise),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "copy",
        "-t",
        "4",
    )
    assert_plays_everywhere(render(source), (720, 404))


def test_a_faint_voice_is_brought_up(clip: Clip, tmp_path: Path) -> None:
    source = clip("landscape-small.mp4", size="320x180")
    part1, part2 = speech(tmp_path / "1", *PART1, level=0.03), speech(tmp_path / "2", *PART2, level=0.03)
    video = compose([ClipFile(source, check_usable(source))], part1, part2, 2, tmp_path)
    assert measure(video.path).lufs == pytest.approx(-14, abs=1)


@pytest.mark.usefixtures("shipped_preset")
def test_a_full_length_video_of_a_restless_picture_stays_small(clip: Clip, tmp_path: Path) -> None:
    source = clip(
        "noise.mp4", size="320x180", filters="noise=alls=60:allf=t", seconds=12, encoder=(*FAST, "-crf", "30")
    )
    part1 = speech(tmp_path / "1", *[("強火で一気に炒めて、水分を飛ばします。", 5.5)] * 5)
    part2 = speech(tmp_path / "2", *[("音が高くなるまで待ちましょう。", 4.0)] * 3)
    video = compose([ClipFile(source, check_usable(source))], part1, part2, 6, tmp_path)
    assert video.bytes == video.path.stat().st_size < MAX_BYTES
    assert video.seconds > 45


def test_a_timeout_leaves_nothing_behind(clip: Clip, tmp_path: Path) -> None:
    source, into = clip("portrait.mp4"), tmp_path / "into"
    into.mkdir()
    part1, part2 = speech(tmp_path / "1", *PART1), speech(tmp_path / "2", *PART2)
    with pytest.raises(FfmpegTimeout):
        compose([ClipFile(source, check_usable(source))], part1, part2, 2, into, timeout_seconds=0.3)
    assert list(into.iterdir()) == []


def test_a_clip_that_cannot_be_read_is_the_clips_fault_and_not_tried_again(
    clip: Clip, tmp_path: Path
) -> None:
    facts = check_usable(clip("portrait.mp4"))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip("portrait.mp4").read_bytes()[:5_000])
    part1, part2 = speech(tmp_path / "1", *PART1), speech(tmp_path / "2", *PART2)
    with pytest.raises(UnusableClip) as unusable:
        compose([ClipFile(broken, facts)], part1, part2, 2, tmp_path)
    assert not unusable.value.retryable
    with pytest.raises(UnusableClip):
        write_excerpt(broken, facts, 0.0, 1.0, tmp_path / "excerpt.mp4")


def test_half_an_hour_of_full_hd_gets_more_time_than_a_minute(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []

    def note(command: list[str], *, timeout_seconds: float) -> str:
        limits.append(timeout_seconds)
        raise FfmpegTimeout("late", "")

    monkeypatch.setattr("pipeline.media.composition.run", note)
    source = clip("portrait.mp4")
    facts = check_usable(source).model_copy(update={"width": 1080, "height": 1920})
    part1, part2 = speech(tmp_path / "1", *PART1), speech(tmp_path / "2", *PART2)
    for seconds in (60.0, 1800.0):
        whole = facts.model_copy(update={"duration_seconds": seconds})
        with pytest.raises(FfmpegTimeout):
            compose([ClipFile(source, whole)], part1, part2, 2, tmp_path)
    assert limits[0] < 600
    assert limits[1] > 3600


def test_paths_may_hold_any_sign(clip: Clip, tmp_path: Path) -> None:
    odd = tmp_path / "it's, a:b [c]; 50% 卵"
    odd.mkdir()
    source = odd / "clip: 1.mp4"
    source.write_bytes(clip("blue.mp4", picture=BLUE, filters="null").read_bytes())
    part1, part2 = speech(odd / "1", *PART1), speech(odd / "2", *PART2)
    video = compose([ClipFile(source, check_usable(source))], part1, part2, 2, odd)
    assert white(frame_at(video.path, LEAD_SECONDS + 0.7)).sum() > 2_000


def test_a_playlist_in_disguise_opens_nothing(
    clip: Clip, playlists_in_disguise: list[Path], tmp_path: Path
) -> None:
    """Even past the check of its first bytes: neither another file nor an address is opened."""
    facts = check_usable(clip("portrait.mp4"))
    part1, part2 = speech(tmp_path / "1", *PART1), speech(tmp_path / "2", *PART2)
    for playlist in playlists_in_disguise:
        with pytest.raises((FfmpegFailure, UnusableClip)):
            compose([ClipFile(playlist, facts)], part1, part2, 2, tmp_path)


def test_the_facts_kept_as_json_serve_as_well(clip: Clip, render: Render) -> None:
    path = clip("landscape-small.mp4", size="320x180")
    row = json.dumps(check_usable(path).model_dump(mode="json"))
    assert_plays_everywhere(render(path, 3, VideoFacts.model_validate(json.loads(row))), (720, 404))
