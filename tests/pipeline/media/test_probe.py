import random
import time
from pathlib import Path

import pytest
from PIL import Image

from pipeline.media.probe import (
    ClipProblem,
    NotMedia,
    UnusableClip,
    VideoFacts,
    audio_facts,
    check_usable,
    has_pictures,
)
from pipeline.providers.ports import AudioTooLong, UnreadableAudio

from .conftest import FAST, HEVC, HLG, Clip, Turn, lavfi, make


def problem(path: Path) -> ClipProblem:
    with pytest.raises(UnusableClip) as unusable:
        check_usable(path)
    return unusable.value.reason


def test_facts_of_a_plain_portrait_clip(clip: Clip) -> None:
    path = clip("portrait.mp4")
    facts = check_usable(path)
    assert (facts.container, facts.video_codec, facts.pix_fmt) == ("mp4", "h264", "yuv420p")
    assert (facts.width, facts.height, facts.rotation) == (360, 640, 0)
    assert (facts.fps, facts.is_vfr) == (30, False)
    assert facts.duration_seconds == pytest.approx(4, abs=0.05)
    assert facts.keyframe_interval_seconds == pytest.approx(1, abs=0.01)
    assert (facts.has_audio, facts.is_10bit, facts.hdr_transfer) == (True, False, None)
    assert facts.bytes == path.stat().st_size


def test_facts_survive_json(clip: Clip) -> None:
    facts = check_usable(clip("portrait.mp4"))
    assert VideoFacts.model_validate_json(facts.model_dump_json()) == facts


@pytest.mark.parametrize("degrees", [90, 270])
def test_a_turned_clip_is_measured_upright(clip: Clip, turn: Turn, degrees: int) -> None:
    facts = check_usable(turn(clip("landscape.mp4", size="640x360"), degrees))
    assert (facts.width, facts.height) == (360, 640)
    assert abs(facts.rotation) == 90


def test_pixels_that_are_not_square_are_counted_as_seen(clip: Clip) -> None:
    path = clip("anamorphic.mp4", size="360x360", filters="setsar=16/9")
    assert (check_usable(path).width, check_usable(path).height) == (640, 360)


def test_hdr_and_ten_bits_are_noticed(clip: Clip) -> None:
    facts = check_usable(hlg(clip))
    assert facts.is_10bit
    assert facts.hdr_transfer == "arib-std-b67"
    assert facts.color_matrix == "bt2020"
    assert facts.video_codec == "hevc"


def hlg(clip: Clip) -> Path:
    return clip("hlg.mov", filters=f"format=yuv420p10le,{HLG}", encoder=HEVC)


def test_a_varying_frame_rate_is_noticed(clip: Clip) -> None:
    uneven = "select='not(mod(n,3))+lt(t,1)'"
    path = clip("vfr.mp4", filters=uneven, encoder=(*FAST, "-fps_mode", "vfr"))
    assert check_usable(path).is_vfr


def test_sparse_keyframes_are_measured(clip: Clip) -> None:
    path = clip("sparse.mp4", seconds=12, encoder=(*FAST, "-g", "300", "-sc_threshold", "0"))
    assert check_usable(path).keyframe_interval_seconds == pytest.approx(10, abs=0.1)


def test_a_clip_without_sound_is_usable(clip: Clip) -> None:
    assert not check_usable(clip("mute.mp4", sound=False)).has_audio


def test_a_sound_track_that_cannot_be_decoded_is_passed_over(strange_sound: Path) -> None:
    assert check_usable(strange_sound).audio_track == 1


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert problem(tmp_path / "a.mp4") is ClipProblem.EMPTY


def test_a_picture_named_as_a_video(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480)).save(tmp_path / "a.jpg")
    assert problem((tmp_path / "a.jpg").rename(tmp_path / "a.mp4")) is ClipProblem.NOT_A_VIDEO


def test_random_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(random.Random(1).randbytes(50_000))
    assert problem(tmp_path / "a.mp4") is ClipProblem.NOT_A_VIDEO


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n#EXTINF:3,\nother.mp4\n", "ffconcat version 1.0\nfile other.mp4\n"]
)
def test_a_playlist_named_as_a_video(clip: Clip, tmp_path: Path, text: str) -> None:
    (tmp_path / "other.mp4").write_bytes(clip("portrait.mp4").read_bytes())
    (tmp_path / "a.mp4").write_text(text)
    assert problem(tmp_path / "a.mp4") is ClipProblem.NOT_A_VIDEO


@pytest.mark.parametrize("name", ["sound.mp4", "sound.m4a"])
def test_sound_alone(tmp_path: Path, name: str) -> None:
    assert problem(make(tmp_path / name, *lavfi("sine=d=3"), "-c:a", "aac")) is ClipProblem.AUDIO_ONLY


@pytest.mark.parametrize("index_first", [True, False])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_transfer_that_broke_off(clip: Clip, tmp_path: Path, index_first: bool, share: float) -> None:
    flags = ("-movflags", "+faststart") if index_first else ()
    whole = clip(f"whole-{index_first}.mp4", encoder=(*FAST, *flags)).read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[: int(len(whole) * share)])
    assert problem(tmp_path / "a.mp4") is ClipProblem.TRUNCATED


def test_a_header_in_front_of_garbage(clip: Clip, tmp_path: Path) -> None:
    whole = clip("whole-True.mp4", encoder=(*FAST, "-movflags", "+faststart")).read_bytes()
    media = whole.index(b"mdat") + 4
    (tmp_path / "a.mp4").write_bytes(whole[:media] + random.Random(1).randbytes(len(whole) - media))
    assert problem(tmp_path / "a.mp4") is ClipProblem.TRUNCATED


def test_too_short(clip: Clip) -> None:
    assert problem(clip("blink.mp4", seconds=0.3)) is ClipProblem.TOO_SHORT


def test_two_seconds_are_enough(clip: Clip) -> None:
    assert check_usable(clip("two-seconds.mp4", seconds=2)).duration_seconds == pytest.approx(2, abs=0.05)


def slow_film(clips: Path, seconds: int) -> Path:
    return make(clips / f"{seconds}.mp4", *lavfi(f"color=s=64x64:r=1:d={seconds}"), *FAST, "-g", "60")


def test_too_long(clips: Path) -> None:
    assert problem(slow_film(clips, 2 * 3600 + 30)) is ClipProblem.TOO_LONG


def test_an_operator_may_take_less(clips: Path) -> None:
    path = slow_film(clips, 29 * 60)
    with pytest.raises(UnusableClip):
        check_usable(path, max_seconds=20 * 60)


def test_a_long_clip_is_probed_without_decoding_it(clips: Path) -> None:
    path = slow_film(clips, 29 * 60)
    start = time.process_time()
    assert check_usable(path).duration_seconds == pytest.approx(29 * 60, abs=2)
    assert time.process_time() - start < 0.5


def test_a_picture_too_large_to_decode(clips: Path) -> None:
    path = make(clips / "8k.mp4", *lavfi("color=s=7680x4320:r=1:d=3"), *FAST)
    assert problem(path) is ClipProblem.TOO_LARGE_PICTURE


def test_an_upright_4k_clip_is_not_too_large(clips: Path) -> None:
    path = make(clips / "4k.mp4", *lavfi("color=s=2160x3840:r=2:d=3"), *FAST)
    assert check_usable(path).height == 3840


def looped(folder: Path, name: str, size: str, rate: int, seconds: int) -> Path:
    """Few bytes, many pictures: one second, copied over and over."""
    second = make(folder / f"{size}-{rate}.mp4", *lavfi(f"color=s={size}:r={rate}:d=1"), *FAST)
    return make(folder / name, "-stream_loop", str(seconds - 1), "-i", str(second), "-c", "copy")


@pytest.mark.parametrize("name", ["many.mp4", "many.mkv"])
def test_more_pixels_than_can_be_looked_at_in_time(tmp_path: Path, name: str) -> None:
    path = looped(tmp_path, name, "4096x2304", 60, 20 * 60)
    assert problem(path) is ClipProblem.TOO_MUCH_PICTURE


@pytest.mark.parametrize(("size", "rate", "minutes"), [("3840x2160", 60, 10), ("1920x1080", 30, 119.9)])
def test_what_phones_film_is_not_too_much(tmp_path: Path, size: str, rate: int, minutes: float) -> None:
    path = looped(tmp_path, "phone.mp4", size, rate, int(minutes * 60))
    assert check_usable(path).duration_seconds == pytest.approx(minutes * 60, abs=1)


@pytest.mark.parametrize("fourcc", [b"zzzz", b"encv"])
def test_a_codec_nobody_knows_or_a_protected_one(clip: Clip, tmp_path: Path, fourcc: bytes) -> None:
    strange = clip("portrait.mp4").read_bytes().replace(b"avc1", fourcc)
    (tmp_path / "a.mp4").write_bytes(strange)
    assert problem(tmp_path / "a.mp4") is ClipProblem.UNKNOWN_CODEC


@pytest.mark.parametrize("name", ["c.avi", "c.ts", "c.flv"])
def test_a_container_that_we_do_not_open_is_called_so(clip: Clip, tmp_path: Path, name: str) -> None:
    copy = make(tmp_path / name, "-i", str(clip("portrait.mp4")), "-c", "copy")
    assert problem(copy) is ClipProblem.UNKNOWN_CODEC


def test_a_pixel_that_cannot_be_so_wide_is_square(clip: Clip) -> None:
    facts = check_usable(clip("wide.mp4", size="360x640", filters="setsar=100/1", sound=False))
    assert (facts.width, facts.height, facts.sample_aspect_ratio) == (360, 640, 1)


def test_a_recording_into_a_pipe_is_as_long_as_its_pictures(clip: Clip, tmp_path: Path) -> None:
    encoder = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-live", "1")
    source = make(tmp_path / "live.webm", "-i", str(clip("portrait.mp4")), *encoder)
    assert check_usable(source).duration_seconds == pytest.approx(4, abs=0.1)


def test_noise_in_place_of_the_sound_leaves_the_picture(noisy: Path) -> None:
    facts = check_usable(noisy)
    assert (facts.has_audio, facts.is_sound_broken) == (False, True)


@pytest.mark.parametrize("codec", ["aac", "libmp3lame", "libopus"])
def test_good_sound_of_each_kind_is_kept(clip: Clip, tmp_path: Path, codec: str) -> None:
    source = clip("portrait.mp4", seconds=20)
    copy = make(tmp_path / "c.mp4", "-i", str(source), "-c:v", "copy", "-c:a", codec)
    assert check_usable(copy).audio_track == 0


def test_facts_of_a_voice_memo(tmp_path: Path) -> None:
    facts = audio_facts(make(tmp_path / "memo.m4a", *lavfi("sine=d=3"), "-c:a", "aac"))
    assert facts.duration_seconds == pytest.approx(3, abs=0.1)
    assert facts.codec == "aac"


@pytest.mark.parametrize("content", [b"", b"not sound at all" * 100, b"RIFF\x24\x00\x00\x00WAVEfmt "])
def test_a_broken_memo_is_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memo.m4a").write_bytes(content)
    with pytest.raises(UnreadableAudio):
        audio_facts(tmp_path / "memo.m4a")


@pytest.mark.parametrize(
    ("name", "codec"), [("memo.m4a", "aac"), ("memo.aac", "aac"), ("memo.webm", "libopus")]
)
def test_hours_of_speech_in_a_small_file_are_refused(tmp_path: Path, name: str, codec: str) -> None:
    """Also where no header tells the length: raw AAC has none, nor has a WebM that was written to a pipe."""
    live = ("-live", "1") if name.endswith("webm") else ()
    quiet = lavfi("anullsrc=r=16000:cl=mono:d=601")
    recording = make(tmp_path / name, *quiet, "-c:a", codec, "-b:a", "8k", *live)
    with pytest.raises(AudioTooLong):
        audio_facts(recording)


def test_a_recording_of_hidden_length_has_the_length_of_its_sound(tmp_path: Path) -> None:
    recording = make(tmp_path / "memo.webm", *lavfi("sine=d=3"), "-c:a", "libopus", "-live", "1")
    assert audio_facts(recording).duration_seconds == pytest.approx(3, abs=0.1)


def test_a_list_of_other_files_is_no_recording(tmp_path: Path) -> None:
    other = make(tmp_path / "other.m4a", *lavfi("sine=d=3"), "-c:a", "aac")
    (tmp_path / "memo.m4a").write_text(f"ffconcat version 1.0\nfile {other.name}\n")
    with pytest.raises(UnreadableAudio):
        audio_facts(tmp_path / "memo.m4a")


def test_a_video_without_sound_is_no_memo(clip: Clip) -> None:
    with pytest.raises(UnreadableAudio):
        audio_facts(clip("mute.mp4", sound=False))


@pytest.mark.parametrize("name", ["cook.mp4", "cook.mov", "cook.mkv", "cook.mts", "cook.avi"])
def test_a_file_with_moving_pictures_is_a_video_whatever_its_name(
    clip: Clip, tmp_path: Path, name: str
) -> None:
    renamed = clip(name).rename(tmp_path / "report.docx")
    assert has_pictures(renamed)


@pytest.mark.parametrize("name", ["memo.m4a", "memo.mp4", "memo.mov", "memo.3gp", "memo.mka", "memo.ogg"])
def test_a_file_of_sound_alone_is_a_recording_whatever_its_name(tmp_path: Path, name: str) -> None:
    codec = "libopus" if name.endswith("ogg") else "aac"
    make(tmp_path / name, "-f", "lavfi", "-i", "sine=duration=3", "-c:a", codec)
    assert not has_pictures((tmp_path / name).rename(tmp_path / "cook.mp4"))


def test_a_video_that_broke_off_is_still_meant_as_one(clip: Clip, tmp_path: Path) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(clip("portrait.mp4").read_bytes()[:20_000])
    assert has_pictures(cut)


def test_a_photo_a_document_and_nothing_at_all_are_told_apart(tmp_path: Path) -> None:
    photo, document, nothing = (tmp_path / f"{name}.mp4" for name in ("photo", "document", "nothing"))
    Image.new("RGB", (64, 64)).save(photo, format="JPEG")
    document.write_bytes(b"PK\x03\x04 a document")
    nothing.touch()
    for file, reason in ((photo, "photo"), (document, "not_media"), (nothing, "empty")):
        with pytest.raises(NotMedia) as found:
            has_pictures(file)
        assert found.value.reason == reason
