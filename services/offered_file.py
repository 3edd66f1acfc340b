"""A file that a page offers: what is known of it before it is here, and whether it may be what it is offered as."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from errors import MomentError
from models.media import MediaKind
from storage.sniff import ContentKind, sniff


class FileUnfit(MomentError):
    """It is not what it is offered as, whatever its name says."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words

    @property
    def words_key(self) -> str:
        return self._words


class FileTooLarge(FileUnfit):
    """More bytes than are taken of its kind."""


# A container may hold moving pictures or sound alone: its streams tell, once it is here.
FITS: Mapping[MediaKind, frozenset[ContentKind]] = {
    MediaKind.VIDEO: frozenset({ContentKind.VIDEO, ContentKind.FOREIGN_VIDEO}),
    MediaKind.MEMO: frozenset({ContentKind.AUDIO, ContentKind.VIDEO}),
}
_TOO_LARGE: Mapping[MediaKind, str] = {
    MediaKind.VIDEO: "web.video_too_large",
    MediaKind.MEMO: "web.memo_too_large",
}
_UNFIT: Mapping[MediaKind, str] = {
    MediaKind.VIDEO: "web.not_a_video",
    MediaKind.MEMO: "web.not_a_recording",
}


@dataclass(frozen=True)
class OfferedFile:
    """`size` in bytes; `head` are its first ones, as many as `sniff` wants, or none; `last_modified` in milliseconds."""

    kind: MediaKind
    name: str
    size: int
    content_type: str
    last_modified: int
    head_sha256: str  # of the first mebibyte
    head: bytes = b""

    @property
    def fingerprint(self) -> bytes:
        """The same for the same file, wherever and whenever it is picked."""
        facts = f"{self.name}\n{self.size}\n{self.last_modified}\n{self.head_sha256}"
        return hashlib.sha256(facts.encode()).digest()

    @property
    def stored_type(self) -> str:
        """What the store is told: a page may say anything."""
        is_media = self.content_type.startswith(("video/", "audio/"))
        return self.content_type if is_media else "application/octet-stream"

    def check(self, most_bytes: int) -> None:
        """Raises FileUnfit, FileTooLarge."""
        if self.size == 0:
            raise FileUnfit("web.file_empty")
        if self.size > most_bytes:
            raise FileTooLarge(_TOO_LARGE[self.kind])
        if self.head:
            check_content(self.kind, self.head)


def check_content(kind: MediaKind, head: bytes) -> None:
    """Raises FileUnfit."""
    found = sniff(head)
    if found not in FITS[kind]:
        raise FileUnfit("web.is_a_photo" if found is ContentKind.IMAGE else _UNFIT[kind])
