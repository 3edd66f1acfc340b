import subprocess
from pathlib import Path

import pytest
from PIL import Image

from pipeline.media.ffmpeg import binary
from pipeline.media.sniff import MediaKind, media_kind

from .conftest import Clip, lavfi, make

SOUND = lavfi("sine=d=0.5")


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
    assert media_kind(file) is MediaKind.AUDIO


def test_an_mp3_without_tags_is_told_by_its_frame_header(tmp_path: Path) -> None:
    file = make(
        tmp_path / "memo.mp3", *SOUND, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"
    )
    assert not file.read_bytes().startswith(b"ID3")
    assert media_kind(file) is MediaKind.AUDIO


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_a_video_is_told_by_its_content(clip: Clip, name: str, tmp_path: Path) -> None:
    assert media_kind(clip(name).read_bytes()[:64]) is MediaKind.VIDEO


def test_webm_is_video(tmp_path: Path) -> None:
    encoder = ("-c:v", "libvpx", "-deadline", "realtime")
    assert media_kind(make(tmp_path / "c.webm", *lavfi("testsrc2=s=64x64:d=1"), *encoder)) is MediaKind.VIDEO


@pytest.mark.parametrize("name", ["p.jpg", "p.png", "p.webp", "p.gif"])
def test_a_picture_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / name)
    assert media_kind((tmp_path / name).rename(tmp_path / "misnamed.mp4")) is MediaKind.IMAGE


def test_a_phone_photo_is_a_picture() -> None:
    assert media_kind(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic") is MediaKind.IMAGE


@pytest.mark.parametrize(
    "head", [b"", b"#EXTM3U\n", b"ffconcat version 1.0\n", b"%PDF-1.7", b"\xff\xff\xff\xff"]
)
def test_all_else_is_unknown(head: bytes) -> None:
    assert media_kind(head) is MediaKind.UNKNOWN


def test_the_binary_in_use_is_the_one_that_made_these_files() -> None:
    assert b"ffmpeg version" in subprocess.run([binary(), "-version"], capture_output=True, check=True).stdout
