"""A learner's photo as we keep it: upright, small, and without what a camera notes beside the picture (where, when, whose)."""

from enum import StrEnum
from pathlib import Path

from PIL import Image, ImageOps
from pydantic import BaseModel, ConfigDict

from errors import MomentError

LONG_SIDE = 1600  # pixels
MAX_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 88


class PhotoProblem(StrEnum):
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


class UnusablePhoto(MomentError):
    """The picture itself is to blame: another try is no use."""

    def __init__(self, reason: PhotoProblem) -> None:
        super().__init__(reason)
        self.reason = reason


class PhotoFacts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int
    height: int
    bytes: int


def write_photo(source: Path, output: Path) -> PhotoFacts:
    """Writes a JPEG. Raises UnusablePhoto."""
    try:
        with Image.open(source, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnusablePhoto(PhotoProblem.TOO_LARGE)
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))  # a JPEG is decoded no larger than that takes
            profile = image.info.get("icc_profile")  # of its colours
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusablePhoto(PhotoProblem.TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # as Pillow tells of broken files
        raise UnusablePhoto(PhotoProblem.UNREADABLE) from error
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    clean = Image.new("RGB", picture.size)  # nothing but pixels goes over
    clean.paste(picture)
    clean.save(output, "JPEG", quality=QUALITY, icc_profile=profile)
    return PhotoFacts(width=clean.width, height=clean.height, bytes=output.stat().st_size)


def photo_facts(photo: Path) -> PhotoFacts:
    """Of one that was written here."""
    with Image.open(photo, formats=FORMATS) as image:
        return PhotoFacts(width=image.width, height=image.height, bytes=photo.stat().st_size)
