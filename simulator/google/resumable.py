"""Resumable uploads of Cloud Storage: sessions that take a file in pieces (docs: Resumable uploads)."""

import re
from dataclasses import dataclass, field
from uuid import uuid4

from simulator.google.errors import StorageError
from simulator.google.objects import Bucket, BucketObject, Incoming, ObjectMeta

GRANULE_BYTES = 256 * 1024  # every piece but the last is a multiple of this
_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+|\*)|\*)/(?P<total>\d+|\*)")


@dataclass(frozen=True)
class Piece:
    """A Content-Range: where a piece starts (None asks how far the upload has come) and the whole size if known."""

    first: int | None
    total: int | None

    @classmethod
    def of(cls, header: str | None) -> "Piece":
        """Without a header, the whole object comes at once. Raises StorageError 400."""
        if header is None:
            return cls(0, None)
        match = _RANGE.fullmatch(header)
        if match is None:
            raise StorageError(400, f"Failed to parse Content-Range header: {header}")
        first, total = match["first"], match["total"]
        return cls(None if first is None else int(first), None if total == "*" else int(total))


@dataclass
class Upload:
    """One session. `generation_match` is the precondition it was opened with, checked again at its end; `origin` is that of
    the pages that may send to it."""

    name: str
    meta: ObjectMeta
    incoming: Incoming
    generation_match: int | None
    origin: str | None = None

    def take(self, chunk: bytes, at: int) -> None:
        """Bytes that came before, because an answer was lost, are not taken twice."""
        overlap = self.incoming.size - at
        if overlap < 0:
            raise StorageError(503, f"Invalid request. Expected bytes from {self.incoming.size}, got {at}")
        self.incoming.write(chunk[overlap:])


@dataclass
class Uploads:
    bucket: Bucket
    _open: dict[str, Upload] = field(default_factory=dict)
    _results: dict[str, BucketObject] = field(default_factory=dict)
    _origins: dict[str, str | None] = field(default_factory=dict)

    def open(
        self, name: str, meta: ObjectMeta, generation_match: int | None, origin: str | None = None
    ) -> str:
        upload_id = uuid4().hex
        self._open[upload_id] = Upload(name, meta, self.bucket.incoming(), generation_match, origin)
        self._origins[upload_id] = origin
        return upload_id

    def origin_of(self, upload_id: str) -> str | None:
        """Of the page for which a session was opened, also once it has ended."""
        return self._origins.get(upload_id)

    def get(self, upload_id: str) -> Upload:
        """Raises StorageError 404 for a session that ended or never was."""
        if upload_id not in self._open:
            raise StorageError(404, "Upload session not found")
        return self._open[upload_id]

    def finish(self, upload_id: str, item: BucketObject) -> None:
        del self._open[upload_id]
        self._results[upload_id] = item

    def result(self, upload_id: str) -> BucketObject | None:
        """What a session has become: its last piece may be sent again when the answer was lost."""
        return self._results.get(upload_id)

    def cancel(self, upload_id: str) -> None:
        self.get(upload_id).incoming.discard()
        del self._open[upload_id]

    def cancel_all(self) -> None:
        for upload_id in list(self._open):
            self.cancel(upload_id)
