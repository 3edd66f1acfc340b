"""What a file is, by its content: names and MIME types come from strangers."""

from enum import StrEnum
from pathlib import Path

HEAD_BYTES = 64


class MediaKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    UNKNOWN = "unknown"


# Brands of the ISO base media `ftyp` box (mp4ra.org); all others hold moving pictures, or sound under
# a general brand, which only the streams tell apart.
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_IMAGE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # QuickTime files before `ftyp`

_SIGNATURES: tuple[tuple[bytes, MediaKind], ...] = (
    (b"\x1aE\xdf\xa3", MediaKind.VIDEO),  # EBML: WebM, Matroska
    (b"ID3", MediaKind.AUDIO),
    (b"OggS", MediaKind.AUDIO),
    (b"fLaC", MediaKind.AUDIO),
    (b"#!AMR", MediaKind.AUDIO),
    (b"caff", MediaKind.AUDIO),
    (b"\xff\xd8\xff", MediaKind.IMAGE),
    (b"\x89PNG\r\n\x1a\n", MediaKind.IMAGE),
    (b"GIF8", MediaKind.IMAGE),
)


def sniff(head: bytes) -> MediaKind:
    """The kind told by a file's first bytes (HEAD_BYTES are enough)."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _AUDIO_BRANDS:
            return MediaKind.AUDIO
        return MediaKind.IMAGE if brand in _IMAGE_BRANDS else MediaKind.VIDEO
    if head[4:8] in _QUICKTIME_BOXES:
        return MediaKind.VIDEO
    if head[:4] == b"RIFF":
        return {b"WAVE": MediaKind.AUDIO, b"WEBP": MediaKind.IMAGE}.get(head[8:12], MediaKind.UNKNOWN)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return MediaKind.AUDIO if _is_mpeg_audio_frame(head) else MediaKind.UNKNOWN


def media_kind(source: Path | bytes) -> MediaKind:
    """The kind of a file, or of one whose first bytes are given."""
    if isinstance(source, bytes):
        return sniff(source)
    with source.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))


def _is_mpeg_audio_frame(head: bytes) -> bool:
    """An MP3 or ADTS AAC frame header: 11 sync bits, and no value that the standards reserve."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    layer = head[1] >> 1 & 0b11
    if layer == 0:  # ADTS: 12 sync bits, then a sampling index below 13
        return head[1] & 0xF0 == 0xF0 and head[2] >> 2 & 0xF < 13
    return head[1] >> 3 & 0b11 != 1 and head[2] >> 4 != 0xF and head[2] >> 2 & 0b11 != 3
