"""A ZIP that is never whole anywhere but where it is put: its bytes come out as its parts go in."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.base import JAPAN


@dataclass(frozen=True)
class ZipPart:
    """One file of it. `is_packed`: pictures and sound are small already."""

    name: str
    chunks: Iterable[bytes]
    is_packed: bool = False


class _Outbox:
    """What `zipfile` writes to: no file that could be sought in."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pending.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._pending = b"".join(self._pending), []
        return taken


def zip_stream(parts: Iterable[ZipPart], made_at: datetime) -> Iterator[bytes]:
    """Its bytes, a chunk of a part at a time."""
    outbox, time = _Outbox(), made_at.astimezone(JAPAN).timetuple()[:6]
    with zipfile.ZipFile(outbox, "w") as archive:  # type: ignore[call-overload]
        for part in parts:
            entry = zipfile.ZipInfo(part.name, time)
            entry.compress_type = zipfile.ZIP_STORED if part.is_packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w", force_zip64=True) as file:
                for chunk in part.chunks:
                    file.write(chunk)
                    yield outbox.take()
            yield outbox.take()
    yield outbox.take()
