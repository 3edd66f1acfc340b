"""The bucket on disk: objects in a folder, each beside the JSON that describes it."""

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import google_crc32c
from pydantic import BaseModel, Field

from simulator.google.config import CorsRule


class ObjectMeta(BaseModel):
    """What a caller may say about an object (Cloud Storage docs: Objects, writable properties)."""

    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    content_disposition: str | None = None
    custom: dict[str, str] = Field(default_factory=dict)


class BucketObject(BaseModel):
    """Hashes are base64, as Cloud Storage writes them."""

    name: str
    file: str
    size: int
    crc32c: str
    md5: str
    generation: int
    metageneration: int = 1
    created: datetime
    updated: datetime
    meta: ObjectMeta


class Incoming:
    """Bytes on their way into an object; nothing of them is visible before `Bucket.put`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file = path.open("wb")
        self._crc32c = google_crc32c.Checksum()
        self._md5 = hashlib.md5(usedforsecurity=False)

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._crc32c.update(chunk)
        self._md5.update(chunk)
        self.size += len(chunk)

    @property
    def crc32c(self) -> str:
        return base64.b64encode(self._crc32c.digest()).decode()

    @property
    def md5(self) -> str:
        return base64.b64encode(self._md5.digest()).decode()

    def close(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


@dataclass
class Bucket:
    name: str
    folder: Path
    cors: list[CorsRule]
    _objects: dict[str, BucketObject] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for leftover in self.folder.glob("incoming-*"):
            leftover.unlink()
        for description in self.folder.glob("*.json"):
            item = BucketObject.model_validate_json(description.read_bytes())
            self._objects[item.name] = item

    def incoming(self) -> Incoming:
        return Incoming(self.folder / f"incoming-{uuid4().hex}")

    def put(self, name: str, incoming: Incoming, meta: ObjectMeta, now_ms: int) -> BucketObject:
        """Replaces what lay under this name at once; who is still reading it reads on."""
        incoming.close()
        previous = self._objects.get(name)
        generation = max(now_ms * 1000, previous.generation + 1 if previous else 0)
        file = f"{_key(name)}-{generation}"
        incoming.path.replace(self.folder / file)
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        item = BucketObject(
            name=name,
            file=file,
            size=incoming.size,
            crc32c=incoming.crc32c,
            md5=incoming.md5,
            generation=generation,
            created=now,
            updated=now,
            meta=meta,
        )
        self._keep(item)
        if previous is not None:
            self.path(previous).unlink(missing_ok=True)
        return item

    def get(self, name: str) -> BucketObject | None:
        return self._objects.get(name)

    def path(self, item: BucketObject) -> Path:
        return self.folder / item.file

    def path_of_uri(self, uri: str) -> Path | None:
        """Where the object a "gs://…" names lies, None when there is none."""
        bucket, _, name = uri.removeprefix("gs://").partition("/")
        item = self.get(name) if bucket == self.name else None
        return self.path(item) if item else None

    def describe(self, item: BucketObject, changes: dict[str, Any], now_ms: int) -> BucketObject:
        """Another description of the same bytes."""
        successor = item.model_copy(
            update={
                "meta": item.meta.model_copy(update=changes),
                "metageneration": item.metageneration + 1,
                "updated": datetime.fromtimestamp(now_ms / 1000, UTC),
            }
        )
        self._keep(successor)
        return successor

    def delete(self, item: BucketObject) -> None:
        del self._objects[item.name]
        (self.folder / f"{_key(item.name)}.json").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.path(item).unlink()

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self._objects if name.startswith(prefix))

    def _keep(self, item: BucketObject) -> None:
        draft = self.folder / f"incoming-{uuid4().hex}"
        draft.write_text(item.model_dump_json())
        draft.replace(self.folder / f"{_key(item.name)}.json")
        self._objects[item.name] = item


def _key(name: str) -> str:
    """A file name for any object name: these may be longer than a file system allows, and hold slashes."""
    return hashlib.sha256(name.encode()).hexdigest()
