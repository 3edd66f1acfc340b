"""What a file is, by its content: names and MIME types come from strangers."""

from enum import StrEnum
from pathlib import Path

HEAD_BYTES = 256


class ContentKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    FOREIGN_VIDEO = "foreign_video"  # a container that we do not open
    UNKNOWN = "unknown"


# Brands of the ISO base media `ftyp` box (mp4ra.org); all others hold moving pictures, or sound under
# a general brand, which only the streams tell apart.
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_IMAGE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # QuickTime files before `ftyp`

_SIGNATURES: tuple[tuple[bytes, ContentKind], ...] = (
    (b"\x1aE\xdf\xa3", ContentKind.VIDEO),  # EBML: WebM, Matroska
    (b"ID3", ContentKind.AUDIO),
    (b"OggS", ContentKind.AUDIO),
    (b"fLaC", ContentKind.AUDIO),
    (b"#!AMR", ContentKind.AUDIO),
    (b"caff", ContentKind.AUDIO),
    (b"\xff\xd8\xff", ContentKind.IMAGE),
    (b"\x89PNG\r\n\x1a\n", ContentKind.IMAGE),
    (b"GIF8", ContentKind.IMAGE),
    (b"FLV\x01", ContentKind.FOREIGN_VIDEO),
    (b"\x00\x00\x01\xba", ContentKind.FOREIGN_VIDEO),  # MPEG program stream
    (b"0&\xb2u\x8ef\xcf\x11", ContentKind.FOREIGN_VIDEO),  # ASF: WMV
)

_RIFF = {b"WAVE": ContentKind.AUDIO, b"WEBP": ContentKind.IMAGE, b"AVI ": ContentKind.FOREIGN_VIDEO}


def sniff(head: bytes) -> ContentKind:
    """The kind told by a file's first bytes (HEAD_BYTES are enough)."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _AUDIO_BRANDS:
            return ContentKind.AUDIO
        return ContentKind.IMAGE if brand in _IMAGE_BRANDS else ContentKind.VIDEO
    if head[4:8] in _QUICKTIME_BOXES:
        return ContentKind.VIDEO
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], ContentKind.UNKNOWN)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if _is_transport_stream(head):
        return ContentKind.FOREIGN_VIDEO
    return ContentKind.AUDIO if _is_mpeg_audio_frame(head) else ContentKind.UNKNOWN


def content_kind(source: Path | bytes) -> ContentKind:
    """The kind of a file, or of one whose first bytes are given."""
    if isinstance(source, bytes):
        return sniff(source)
    with source.open("rb") as file:
        return sniff(file.read(HEAD_BYTES))


def content_type(path: Path) -> str:
    """The MIME type told by the content: a key's name says what was asked for, not what a learner sent."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = sniff(head)
    if kind is ContentKind.VIDEO:
        if head.startswith(b"\x1aE"):
            return "video/webm"
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if kind is ContentKind.AUDIO:
        return "audio/mp4" if head[4:8] == b"ftyp" else "audio/mpeg"
    if kind is ContentKind.IMAGE:
        return "image/png" if head.startswith(b"\x89PNG") else "image/jpeg"
    return "application/zip" if head.startswith(b"PK\x03\x04") else "application/octet-stream"


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes that begin with 0x47 (ISO/IEC 13818-1), in a camera's files with 4 bytes before each."""
    return any(
        head[at : at + 1] == b"G" == head[at + size : at + size + 1] for at, size in ((0, 188), (4, 192))
    )


def _is_mpeg_audio_frame(head: bytes) -> bool:
    """An MP3 or ADTS AAC frame header: 11 sync bits, and no value that the standards reserve."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    layer = head[1] >> 1 & 0b11
    if layer == 0:  # ADTS: 12 sync bits, then a sampling index below 13
        return head[1] & 0xF0 == 0xF0 and head[2] >> 2 & 0xF < 13
    return head[1] >> 3 & 0b11 != 1 and head[2] >> 4 != 0xF and head[2] >> 2 & 0b11 != 3
