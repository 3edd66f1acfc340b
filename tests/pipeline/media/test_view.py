"""Makes views of tiny clips of every awkward kind and looks at what came out."""

import itertools
import random
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.media import view as views
from pipeline.media.ffmpeg import FfmpegFailure, FfmpegTimeout
from pipeline.media.probe import ClipProblem, UnusableClip, VideoFacts, check_usable
from pipeline.media.view import (
    MAX_BYTES,
    BadView,
    build_command,
    frames_to_skip,
    make_view,
    serves_as_view,
)

from .conftest import (
    FAST,
    HEVC,
    HLG,
    RED_CORNER,
    Clip,
    Picture,
    Turn,
    frame_at,
    lavfi,
    make,
    red_corners,
    samples,
)

FRAME = 1 / 30
WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M")
UNEVEN = "select='not(mod(n,3))+lt(t,1)'"


def view_of(source: Path, into: Path) -> Path:
    return make_view(source, check_usable(source), into)


def pictures_of(video: Path) -> list[tuple[float, Picture]]:
    """Each picture, grey, with its second."""
    with av.open(str(video)) as container:
        frames = container.decode(container.streams.video[0])
        return [
            (frame.time or 0.0, np.asarray(frame.to_ndarray(format="gray8"), np.uint8)) for frame in frames
        ]


def times_of(video: Path) -> list[float]:
    return [second for second, _ in pictures_of(video)]


def assert_shape(view: Path, size: tuple[int, int]) -> None:
    """All that a model relies on, seen in every picture."""
    with av.open(str(view)) as container:
        picture = container.streams.video[0]
        context = picture.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.width, context.height, picture.sample_aspect_ratio or 1) == (*size, 1)
        assert (int(context.colorspace), int(context.color_primaries), int(context.color_trc)) == (1, 1, 1)
        assert {frame.rotation for frame in container.decode(picture)} == {0}
    times = times_of(view)
    assert times[0] == 0
    assert all(later - earlier >= 0.47 for earlier, later in itertools.pairwise(times))
    content = view.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def assert_sound(view: Path) -> None:
    with av.open(str(view)) as container:
        (sound,) = container.streams.audio
        context = sound.codec_context
        assert (context.name, context.sample_rate, context.channels) == ("aac", 16_000, 1)


@pytest.mark.parametrize(
    ("name", "size", "encoder"),
    [
        ("portrait.mp4", "360x640", (*FAST, "-g", "30")),
        ("time-lapse.mp4", "720x1280", (*FAST, "-r", "12")),
        ("quicktime.mov", "1280x720", FAST),
        ("sparse.mp4", "320x180", (*FAST, "-g", "300")),
    ],
)
def test_what_line_hands_over_serves_as_it_is(
    clip: Clip, name: str, size: str, encoder: tuple[str, ...]
) -> None:
    assert serves_as_view(check_usable(clip(name, size=size, encoder=encoder)))


def test_a_clip_without_sound_serves_as_it_is(clip: Clip) -> None:
    assert serves_as_view(check_usable(clip("mute.mp4", size="320x180", sound=False)))


@pytest.mark.parametrize(
    "other",
    [
        {"container": "webm"},
        {"video_codec": "hevc"},
        {"pix_fmt": "yuv420p10le", "is_10bit": True},
        {"pix_fmt": "yuvj420p"},
        {"hdr_transfer": "arib-std-b67"},
        {"rotation": 90},
        {"sample_aspect_ratio": 1.7778},
        {"is_vfr": True},
        {"fps": 60.0},
        {"fps": 0.0},
        {"width": 1080, "height": 1920},
        {"start_seconds": 0.5},
        {"bytes": MAX_BYTES + 1},
        {"audio_track": 1},
        {"audio_track": None, "is_sound_broken": True},
    ],
)
def test_each_difference_asks_for_a_view(clip: Clip, other: dict[str, object]) -> None:
    facts = check_usable(clip("portrait.mp4"))
    assert not serves_as_view(facts.model_copy(update=other))


@pytest.mark.parametrize(
    ("seconds", "keyframes", "skip"),
    [(600.0, 1.0, "nokey"), (600.0, 10.0, "noref"), (600.0, None, "noref"), (20.0, 1.0, "noref")],
)
def test_only_of_a_long_clip_are_keyframes_enough(
    clip: Clip, seconds: float, keyframes: float | None, skip: str
) -> None:
    facts = check_usable(clip("portrait.mp4"))
    change = {"duration_seconds": seconds, "keyframe_interval_seconds": keyframes}
    assert frames_to_skip(facts.model_copy(update=change)) == skip


@pytest.mark.parametrize(("degrees", "corner"), [(90, (False, True)), (270, (True, False))])
def test_a_turned_clip_stands_upright(
    clip: Clip, turn: Turn, tmp_path: Path, degrees: int, corner: tuple[bool, bool]
) -> None:
    view = view_of(turn(clip("landscape-small.mp4", size="320x180"), degrees), tmp_path)
    assert_shape(view, (180, 320))
    assert_sound(view)
    assert red_corners(frame_at(view, 1.0)) == [corner]


def test_a_turned_hdr_clip_becomes_plain_8_bit(clip: Clip, turn: Turn, tmp_path: Path) -> None:
    filters = f"{RED_CORNER},format=yuv420p10le,{HLG}"
    source = turn(clip("hlg.mov", size="320x180", filters=filters, encoder=HEVC), 270)
    assert check_usable(source).hdr_transfer
    view = view_of(source, tmp_path)
    assert_shape(view, (180, 320))
    assert red_corners(frame_at(view, 0)) == [(True, False)]
    assert 60 < frame_at(view, 0).mean() < 200


def test_ten_bits_without_hdr(clip: Clip, tmp_path: Path) -> None:
    source = clip("ten-bit.mp4", size="320x180", encoder=(*HEVC, "-pix_fmt", "yuv420p10le"))
    assert_shape(view_of(source, tmp_path), (320, 180))


def test_full_range_colours_keep_their_brightness(clip: Clip, tmp_path: Path) -> None:
    grey = "color=c=0xC0C0C0:s=320x180:r=30"
    source = clip("full.mp4", picture=grey, filters="null", encoder=(*FAST, "-pix_fmt", "yuvj420p"))
    view = view_of(source, tmp_path)
    assert_shape(view, (320, 180))
    assert frame_at(view, 1.0).mean() == pytest.approx(0xC0, abs=4)


def test_a_varying_frame_rate(clip: Clip, tmp_path: Path) -> None:
    source = clip("vfr.mp4", size="320x180", filters=UNEVEN, encoder=(*FAST, "-fps_mode", "vfr"))
    assert check_usable(source).is_vfr
    assert_shape(view_of(source, tmp_path), (320, 180))


def test_4k_shrinks_and_60_pictures_a_second_thin_out(clip: Clip, tmp_path: Path) -> None:
    picture = "testsrc2=s=2160x3840:r=60"
    view = view_of(clip("4k.mp4", picture=picture, seconds=2, sound=False), tmp_path)
    assert_shape(view, (720, 1280))
    assert not check_usable(view, min_seconds=0).has_audio
    assert len(times_of(view)) == 4


def test_the_view_of_a_long_clip_still_travels_within_a_request(clip: Clip, tmp_path: Path) -> None:
    facts = check_usable(clip("4k.mp4", picture="testsrc2=s=2160x3840:r=60", seconds=2, sound=False))
    command = build_command(
        tmp_path, facts.model_copy(update={"duration_seconds": 600.0, "audio_track": 0}), tmp_path
    )
    bits = int(command[command.index("-maxrate") + 1]) + int(command[command.index("-b:a") + 1])
    assert bits * 600 / 8 < MAX_BYTES
    assert "scale=flags=area:h=852:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv:w=480" in str(
        command
    )


@pytest.mark.parametrize(
    ("stored_size", "filters", "size"),
    [
        ("360x360", "setsar=16/9", (640, 360)),
        ("320x180", "format=yuv444p,scale=321:181,setsar=2/1", (642, 180)),
    ],
)
def test_pixels_become_square_and_even_and_never_more(
    clip: Clip, tmp_path: Path, stored_size: str, filters: str, size: tuple[int, int]
) -> None:
    loose = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")  # may be odd
    assert_shape(
        view_of(clip("anamorphic.mp4", size=stored_size, filters=filters, encoder=loose), tmp_path), size
    )


def test_a_webm_with_its_own_sound(clip: Clip, clips: Path, tmp_path: Path) -> None:
    picture = clip("landscape-small.mp4", size="320x180")
    source = make(clips / "browser.webm", "-i", str(picture), *WEBM, "-c:a", "libopus", "-ac", "2")
    view = view_of(source, tmp_path)
    assert_shape(view, (320, 180))
    assert_sound(view)


def test_surround_sound_becomes_stereo(clip: Clip, clips: Path, tmp_path: Path, turn: Turn) -> None:
    picture = turn(clip("landscape-small.mp4", size="320x180"), 90)
    source = make(clips / "surround.mp4", "-i", str(picture), "-c:v", "copy", "-c:a", "aac", "-ac", "6")
    assert_sound(view_of(source, tmp_path))


def test_of_two_sound_tracks_the_one_that_decodes_is_kept(strange_sound: Path, tmp_path: Path) -> None:
    view = view_of(strange_sound, tmp_path)
    assert_shape(view, (360, 640))
    assert_sound(view)
    assert np.abs(samples(view)).max() > 0.1


def test_where_and_when_it_was_filmed_stays_out(clip: Clip, clips: Path, turn: Turn, tmp_path: Path) -> None:
    metadata = ("-metadata", "location=+35.6586+139.7454/", "-metadata", "title=home", "-c", "copy")
    source = make(
        clips / "told.mov", "-i", str(turn(clip("landscape-small.mp4", size="320x180"), 90)), *metadata
    )
    assert b"+35.6586" in source.read_bytes()
    content = view_of(source, tmp_path).read_bytes()
    assert b"+35.6586" not in content
    assert b"home" not in content


def test_noise_in_place_of_the_sound_is_left_out(noisy: Path, tmp_path: Path) -> None:
    view = view_of(noisy, tmp_path)
    assert_shape(view, (360, 640))
    assert not check_usable(view, min_seconds=0).has_audio


def test_a_size_that_changes_on_the_way(changing: Path, tmp_path: Path) -> None:
    view = view_of(changing, tmp_path)
    assert_shape(view, (640, 360))
    assert max(times_of(view)) == pytest.approx(8, abs=0.7)


FLASH = "color=c=black:s=320x180:r={rate},drawbox=c=white:t=fill:enable='between(t,3,4)'"
BEEP = "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,3,4)':s=48000"


def flashing(path: Path, *options: str, rate: int = 30) -> Path:
    """Five seconds; white and loud from second 3 to 4."""
    return make(path, *lavfi(FLASH.format(rate=rate)), *lavfi(BEEP), "-t", "5", *options)


def assert_times_agree(view: Path, source: Path) -> None:
    """Each picture is the source's own of that second: white when it is white there."""
    theirs = pictures_of(source)
    for second, picture in pictures_of(view):
        at, same = min(theirs, key=lambda each: abs(each[0] - second))
        assert at == pytest.approx(second, abs=FRAME)
        assert (picture.mean() > 128) == (same.mean() > 128), second
    assert any(picture.mean() > 128 for _, picture in pictures_of(view))


def flash_at(video: Path) -> float:
    return next(second for second, picture in pictures_of(video) if picture.mean() > 128)


def beep_at(video: Path) -> float:
    with av.open(str(video)) as container:
        rate = container.streams.audio[0].sample_rate
    return float(np.flatnonzero(np.abs(samples(video)) > 0.1)[0]) / rate


@pytest.mark.parametrize(
    ("name", "rate", "options"),
    [
        ("25.mp4", 25, (*HEVC, "-pix_fmt", "yuv420p")),
        ("60.mp4", 60, FAST),
        ("uneven.mp4", 60, ("-vf", UNEVEN, *FAST, "-fps_mode", "vfr")),
        ("browser.webm", 30, (*WEBM, "-c:a", "libopus")),
        ("slow.mp4", 5, (*HEVC, "-pix_fmt", "yuv420p")),
        ("two-fields.mov", 30, (*FAST, "-pix_fmt", "yuv422p", "-video_track_timescale", "600")),
    ],
)
def test_a_second_stays_the_same_second(
    clips: Path, tmp_path: Path, name: str, rate: int, options: tuple[str, ...]
) -> None:
    source = flashing(clips / f"flash-{name}", *options, rate=rate)
    assert not serves_as_view(check_usable(source))
    view = view_of(source, tmp_path)
    assert_times_agree(view, source)
    assert beep_at(view) == pytest.approx(3, abs=0.07)
    assert max(times_of(view)) == pytest.approx(5, abs=0.7)


@pytest.mark.parametrize(("late", "flash", "beep"), [("0", 3.5, 3.0), ("1", 3.0, 3.5)])
def test_a_late_picture_or_sound_stays_late(
    clips: Path, tmp_path: Path, turn: Turn, late: str, flash: float, beep: float
) -> None:
    once = flashing(clips / "flash.mp4", *FAST)
    delays = {"0": ("0.5", "0"), "1": ("0", "0.5")}[late]
    inputs = [part for delay in delays for part in ("-itsoffset", delay, "-i", str(once))]
    source = turn(make(clips / f"late-{late}.mp4", *inputs, "-map", "0:v", "-map", "1:a", "-c", "copy"), 180)
    view = view_of(source, tmp_path)
    assert_shape(view, (320, 180))
    assert 0 <= flash_at(view) - flash < 0.5 + FRAME
    assert beep_at(view) == pytest.approx(beep, abs=0.07)


def test_what_a_phone_trimmed_away_stays_away(clips: Path, tmp_path: Path, turn: Turn) -> None:
    once = flashing(clips / "flash-dense.mp4", *FAST, "-g", "30")
    excerpt = make(clips / "trimmed.mp4", "-ss", "1.5", "-i", str(once), "-c", "copy")
    view = view_of(turn(excerpt, 180), tmp_path)
    assert 0 <= flash_at(view) - 1.5 < 0.5 + FRAME
    assert max(times_of(view)) == pytest.approx(3.5, abs=1.1)


def with_garbage(source: Path, path: Path, *stretches: tuple[float, float]) -> Path:
    """Random bytes in these shares of the media data."""
    content = bytearray(source.read_bytes())
    media = content.index(b"mdat") + 4
    for begin, end in stretches:
        first, last = (media + round((len(content) - media) * share) for share in (begin, end))
        content[first:last] = random.Random(1).randbytes(last - first)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="session")
def sideways(clip: Clip, turn: Turn) -> Path:
    source = clip("steady.mp4", size="320x180", seconds=12, sound=False, encoder=(*FAST, "-g", "15"))
    return turn(source, 90)


def problem(source: Path, into: Path) -> ClipProblem:
    with pytest.raises(UnusableClip) as unusable:
        view_of(source, into)
    assert [path for path in into.iterdir() if path != source] == []
    return unusable.value.reason


def test_a_clip_that_cannot_be_decoded_half_way_is_to_blame_itself(sideways: Path, tmp_path: Path) -> None:
    """Undamaged where the probe looks: at its start, middle and end."""
    clip = with_garbage(sideways, tmp_path / "a.mp4", (0.12, 0.45), (0.6, 0.9))
    assert problem(clip, tmp_path) is ClipProblem.TRUNCATED


def test_a_damaged_frame_does_not_spoil_a_clip(sideways: Path, tmp_path: Path) -> None:
    clip = with_garbage(sideways, tmp_path / "a.mp4", (0.25, 0.255))
    assert max(times_of(view_of(clip, tmp_path))) == pytest.approx(12, abs=0.7)


def test_a_webm_that_was_cut_off_is_to_blame_itself(clips: Path, tmp_path: Path) -> None:
    moving = (*lavfi("testsrc2=s=320x180:r=30:d=8"), *lavfi("sine=d=8"))
    whole = make(clips / "whole.webm", *moving, *WEBM, "-g", "30", "-c:a", "libopus").read_bytes()
    (tmp_path / "cut.webm").write_bytes(whole[: len(whole) // 2])
    assert problem(tmp_path / "cut.webm", tmp_path) is ClipProblem.TRUNCATED


def test_a_picture_that_ends_before_the_sound_is_kept_as_long_as_it_is(clips: Path, tmp_path: Path) -> None:
    short = lavfi("testsrc2=s=320x180:r=30:d=3")
    source = make(clips / "short.webm", *short, *lavfi("sine=d=5"), *WEBM, "-c:a", "libopus")
    assert check_usable(source).duration_seconds == pytest.approx(5, abs=0.1)
    assert max(times_of(view_of(source, tmp_path))) == pytest.approx(3, abs=0.7)


def test_a_playlist_in_disguise_opens_nothing(
    clip: Clip, playlists_in_disguise: list[Path], tmp_path: Path
) -> None:
    facts = check_usable(clip("portrait.mp4"))
    for playlist in playlists_in_disguise:
        with pytest.raises((UnusableClip, FfmpegFailure)):
            make_view(playlist, facts, tmp_path)


def test_a_timeout_is_not_the_clips_fault_and_leaves_nothing_behind(sideways: Path, tmp_path: Path) -> None:
    with pytest.raises(FfmpegTimeout):
        make_view(sideways, check_usable(sideways), tmp_path, timeout_seconds=0.01)
    assert list(tmp_path.iterdir()) == []


def test_two_hours_leave_bits_for_the_picture() -> None:
    assert (
        views.view_encoding(600.0)["maxrate"]
        > views.view_encoding(7200.0)["maxrate"]
        == views.LEAST_PICTURE_BITS
    )


def test_half_an_hour_of_full_hd_gets_more_time_than_a_minute(
    sideways: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []

    def note(command: list[str], *, timeout_seconds: float) -> str:
        limits.append(timeout_seconds)
        raise FfmpegTimeout("late", "")

    monkeypatch.setattr(views, "run", note)
    facts = check_usable(sideways).model_copy(update={"width": 1080, "height": 1920})
    for seconds in (60.0, 1800.0):
        with pytest.raises(FfmpegTimeout):
            make_view(sideways, facts.model_copy(update={"duration_seconds": seconds}), tmp_path)
    assert limits[0] < 600
    assert limits[1] > 3600


@pytest.mark.parametrize("end", ["kill -KILL $$", "exit 228"], ids=["killed", "no space left"])
def test_our_own_failure_is_not_the_clips_fault(
    sideways: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    ffmpeg, into = tmp_path / "ffmpeg", tmp_path / "into"
    ffmpeg.write_text(f"#!/bin/sh\n{end}\n")
    ffmpeg.chmod(0o700)
    into.mkdir()
    monkeypatch.setattr(views, "binary", lambda: str(ffmpeg))
    with pytest.raises(FfmpegFailure):
        view_of(sideways, into)
    assert list(into.iterdir()) == []


@pytest.mark.parametrize(
    ("instead", "fault"),
    [
        (("-c", "copy"), "shape"),
        ((*FAST, "-an"), "sound"),
        ((*FAST, "-stream_loop", "1"), "length: 8"),
        ((*FAST, "-t", "2"), "length: 2"),
        ((*FAST, "-t", "0.1"), "length: 0"),
    ],
)
def test_an_exit_code_of_0_is_no_proof(
    clip: Clip,
    turn: Turn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    instead: tuple[str, ...],
    fault: str,
) -> None:
    source = turn(clip("landscape-small.mp4", size="320x180"), 90)
    loop = ("-stream_loop", "1") if "-stream_loop" in instead else ()
    options = [option for option in instead if option not in loop]

    def other(command: list[str], *, timeout_seconds: float) -> str:
        output = next(part for part in command if part.endswith("view.mp4"))
        make(Path(output.removeprefix("file:")), *loop, "-i", str(source), *options)
        return ""

    monkeypatch.setattr(views, "run", other)
    with pytest.raises(BadView, match=fault):
        view_of(source, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_paths_may_hold_any_sign(sideways: Path, tmp_path: Path) -> None:
    odd = tmp_path / "it's, a:b [c]; 50% 卵"
    odd.mkdir()
    source = odd / "clip: 1.mp4"
    source.write_bytes(sideways.read_bytes())
    assert_shape(view_of(source, odd), (180, 320))


def test_facts_of_the_first_release_serve_still(sideways: Path, tmp_path: Path) -> None:
    row = check_usable(sideways).model_dump(mode="json", exclude={"start_seconds", "sample_aspect_ratio"})
    view = make_view(sideways, VideoFacts.model_validate(row), tmp_path)
    assert_shape(view, (180, 320))
