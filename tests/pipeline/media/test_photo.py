"""What of a learner's photo we keep."""

from pathlib import Path

import pytest
from PIL import ExifTags, Image

from pipeline.media import photo
from pipeline.media.photo import LONG_SIDE, UnusablePhoto, photo_facts, write_photo


def draw(path: Path, size: tuple[int, int] = (400, 300), mode: str = "RGB", **how: object) -> Path:
    """Red on the left."""
    image = Image.new(mode, size)
    if mode == "RGB":
        image.paste((200, 20, 20), (0, 0, size[0] // 2, size[1]))
    image.save(path, **how)  # type: ignore[arg-type]
    return path


def with_notes(path: Path, orientation: int) -> Path:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "ひみつのなまえ"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (35.0, 39.0, 31.0), 3: "E", 4: (139.0, 44.0, 41.0)})
    return draw(path, exif=exif, comment=b"canary-comment")


def test_it_is_upright_and_tells_neither_where_nor_whose(tmp_path: Path) -> None:
    sent = with_notes(tmp_path / "sent.jpg", orientation=6)
    assert b"canary" in sent.read_bytes()
    facts = write_photo(sent, tmp_path / "kept.jpg")
    assert (facts.width, facts.height) == (300, 400)
    with Image.open(tmp_path / "kept.jpg") as kept:
        assert (kept.format, dict(kept.getexif())) == ("JPEG", {})
        top = kept.crop((0, 0, 300, 100)).resize((1, 1)).tobytes()
        assert top[0] > 150 > 100 > top[2], "what was on the left is at the top"
    content = (tmp_path / "kept.jpg").read_bytes()
    assert b"Exif" not in content
    assert b"canary" not in content


@pytest.mark.parametrize(
    ("mode", "ending"), [("RGBA", "png"), ("P", "png"), ("CMYK", "jpg"), ("L", "jpg"), ("RGB", "webp")]
)
def test_any_picture_becomes_a_small_jpeg(tmp_path: Path, mode: str, ending: str) -> None:
    facts = write_photo(draw(tmp_path / f"sent.{ending}", (2400, 1200), mode), tmp_path / "kept.jpg")
    assert (facts.width, facts.height) == (LONG_SIDE, LONG_SIDE // 2)
    assert facts == photo_facts(tmp_path / "kept.jpg")


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    whole = draw(tmp_path / "whole.jpg", (1200, 900)).read_bytes()
    for name, content in {"text": b"hello", "empty": b"", "cut": whole[: len(whole) // 2]}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnusablePhoto) as refusal:
            write_photo(path, tmp_path / "kept.jpg")
        assert refusal.value.reason == "unreadable"
    assert not (tmp_path / "kept.jpg").exists()


@pytest.mark.parametrize("limit", ["ours", "pillow's"])
def test_a_picture_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    if limit == "ours":
        monkeypatch.setattr(photo, "MAX_PIXELS", 10_000)
    else:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(UnusablePhoto) as refusal:
        write_photo(draw(tmp_path / "sent.png"), tmp_path / "kept.jpg")
    assert refusal.value.reason == "too_large"
