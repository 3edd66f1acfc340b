"""What a file is, whatever its name says."""

from pathlib import Path

import pytest
from PIL import Image

from storage.sniff import HEAD_BYTES, ContentKind, content_kind
from tests.media_files import make

SOUND = ("-f", "lavfi", "-i", "sine=d=0.5")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1")


@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        ("memo.m4a", ("-c:a", "aac")),
        ("memo.mp3", ("-c:a", "libmp3lame")),
        ("memo.wav", ("-c:a", "pcm_s16le")),
        ("memo.ogg", ("-c:a", "libopus")),
        ("memo.aac", ("-c:a", "aac", "-f", "adts")),
        ("memo.flac", ("-c:a", "flac")),
    ],
)
def test_sound_is_told_by_its_content(tmp_path: Path, name: str, encoder: tuple[str, ...]) -> None:
    file = make(tmp_path / name, *SOUND, *encoder).rename(tmp_path / "misnamed.mp4")
    assert content_kind(file) is ContentKind.AUDIO


def test_an_mp3_without_tags_is_told_by_its_frame_header(tmp_path: Path) -> None:
    file = make(
        tmp_path / "memo.mp3", *SOUND, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"
    )
    assert not file.read_bytes().startswith(b"ID3")
    assert content_kind(file) is ContentKind.AUDIO


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_a_video_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    encoder = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    video = make(tmp_path / name, *PICTURE, *SOUND, *encoder)
    assert content_kind(video.read_bytes()[:HEAD_BYTES]) is ContentKind.VIDEO


def test_webm_is_video(tmp_path: Path) -> None:
    encoder = ("-c:v", "libvpx", "-deadline", "realtime")
    assert content_kind(make(tmp_path / "c.webm", *PICTURE, *encoder)) is ContentKind.VIDEO


@pytest.mark.parametrize("name", ["p.jpg", "p.png", "p.webp", "p.gif"])
def test_a_picture_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / name)
    assert content_kind((tmp_path / name).rename(tmp_path / "misnamed.mp4")) is ContentKind.IMAGE


def test_a_phone_photo_is_a_picture() -> None:
    assert content_kind(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic") is ContentKind.IMAGE


@pytest.mark.parametrize(
    "head", [b"", b"#EXTM3U\n", b"ffconcat version 1.0\n", b"%PDF-1.7", b"\xff\xff\xff\xff"]
)
def test_all_else_is_unknown(head: bytes) -> None:
    assert content_kind(head) is ContentKind.UNKNOWN


@pytest.mark.parametrize("name", ["c.avi", "c.flv", "c.ts", "c.m2ts", "c.mpg", "c.wmv"])
def test_a_video_in_a_container_that_we_do_not_open_is_no_unknown_thing(tmp_path: Path, name: str) -> None:
    assert content_kind(make(tmp_path / name, *PICTURE)) is ContentKind.FOREIGN_VIDEO


def test_text_that_begins_with_a_g_is_no_transport_stream() -> None:
    assert content_kind(b"Good evening. " * 20) is ContentKind.UNKNOWN
