"""Where objects lie: videos, memos, speech, coaching videos. On this machine's disk or in a bucket."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from errors import MomentError
from storage.workspace import workspace

CHUNK_BYTES = 1024 * 1024


class StoreError(MomentError):
    """The store did not do what it was asked."""

    retryable = True


class StoreUnavailable(StoreError):
    """Overloaded or not reached."""

    outage = True


class ObjectMissing(StoreError):
    """No object lies under this key."""


class UploadOver(StoreError):
    """No such upload any more: it was cancelled, its time is over, or it never was."""

    retryable = False


@dataclass(frozen=True)
class StoredObject:
    bytes: int
    content_type: str


class ObjectStore(Protocol):
    """Immutable objects by key ("sessions/42/coaching_video.mp4"). Each call may raise StoreError."""

    def put(self, key: str, chunks: Iterable[bytes], content_type: str) -> int:
        """Streams the chunks; returns the bytes stored. Nothing is visible under `key` before all are."""
        ...

    def fetch(self, key: str, into: Path) -> None:
        """Copies the object to a local file. Raises ObjectMissing."""
        ...

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Idempotent."""
        ...

    def local_path(self, key: str) -> Path | None:
        """Where the object lies on this machine, if it does; None where only a link can reach it."""
        ...

    def uri(self, key: str) -> str | None:
        """ "gs://…", where the models themselves can read it; None where they cannot."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The object's bytes from `start` up to, not including, `end`. Raises ObjectMissing at once."""
        ...

    def describe(self, key: str) -> StoredObject:
        """Raises ObjectMissing."""
        ...

    def keys_before(self, prefix: str, created: datetime, most: int) -> Sequence[str]:
        """Of objects whose keys begin so and that are older; `most` at a time."""
        ...

    def signed_url(self, key: str, expires_at: datetime) -> str:
        """A link anyone may follow until then."""
        ...

    def open_upload(self, key: str, content_type: str, size: int, origin: str) -> str:
        """An address to which a page of `origin` sends `size` bytes in pieces, within a week (Cloud Storage docs: Resumable
        uploads). Whoever knows the address may send: it is a secret. Nothing is visible under `key` before all is there.
        """
        ...

    def kept(self, place: str, size: int) -> int:
        """How many of the first bytes need not be sent again: `size` once the object is there. Raises UploadOver."""
        ...

    def cancel_upload(self, place: str) -> None:
        """What was sent goes, and no more is taken. Idempotent; of no effect once the object is there."""
        ...


@contextmanager
def local_file(store: ObjectStore, key: str) -> Iterator[Path]:
    """The object as a file on this machine: the store's own, or a copy that is removed afterwards."""
    path = store.local_path(key)
    if path is not None:
        yield path
        return
    with workspace() as folder:
        copy = folder / key.rsplit("/", 1)[-1]
        store.fetch(key, copy)
        yield copy


def write_all(chunks: Iterable[bytes], path: Path) -> None:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def chunks_of(path: Path) -> Iterator[bytes]:
    """The file's bytes for `put`, never all at once."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
