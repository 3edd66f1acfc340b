"""The headers of Google's resumable protocol, spoken by the bucket and by our own store (Cloud Storage docs: Resumable
uploads): a piece says where it belongs, an answer says how much is kept."""

import re
from dataclasses import dataclass

from storage.store import StoreError

GRANULE_BYTES = 256 * 1024  # every piece but the last is a multiple of this
_CONTENT_RANGE = re.compile(r"bytes (?:(?P<first>\d{1,15})-(?P<last>\d{1,15})|\*)/(?P<total>\d{1,15})")
_RANGE = re.compile(r"bytes=0-(\d{1,15})")


class PieceUnreadable(StoreError):
    """The header is none of this protocol's, or contradicts itself."""

    retryable = False


@dataclass(frozen=True)
class Piece:
    """Where a piece begins and how long it is, of how many bytes in all. A question how much is kept has no length."""

    first: int
    length: int
    total: int
    is_question: bool = False

    @classmethod
    def of(cls, header: str) -> "Piece":
        """Raises PieceUnreadable."""
        match = _CONTENT_RANGE.fullmatch(header.strip())
        if match is None:
            raise PieceUnreadable("no Content-Range of this protocol")
        total = int(match["total"])
        if match["first"] is None:
            return cls(0, 0, total, is_question=True)
        first, last = int(match["first"]), int(match["last"])
        if not first <= last < total:
            raise PieceUnreadable("a piece that is not in its whole")
        piece = cls(first, last - first + 1, total)
        if last + 1 < total and piece.length % GRANULE_BYTES:
            raise PieceUnreadable(f"a piece that is no multiple of {GRANULE_BYTES} bytes")
        return piece


def ask_header(size: int) -> str:
    """Content-Range of the question."""
    return f"bytes */{size}"


def range_header(kept: int) -> dict[str, str]:
    """Of a 308: none when nothing is kept."""
    return {"Range": f"bytes=0-{kept - 1}"} if kept else {}


def kept_of(header: str | None) -> int:
    """How much a 308's Range says is kept."""
    match = _RANGE.fullmatch(header or "")
    return int(match[1]) + 1 if match else 0
