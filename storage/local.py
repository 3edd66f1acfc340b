"""Objects as files under one folder, with links on our own host."""

import mimetypes
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

from storage.links import MediaLinks
from storage.local_uploads import LocalUploads
from storage.store import CHUNK_BYTES, ObjectMissing, StoredObject, UploadOver

_ABANDONED_AFTER_SECONDS = 6 * 3600


class LocalStore:
    """What learners send is for nobody else on this machine: files 0600, folders 0700."""

    def __init__(self, root: Path, links: MediaLinks) -> None:
        self.root = root
        self._links = links
        self.uploads = LocalUploads(root, links, self._path, self._make_private)

    def put(self, key: str, chunks: Iterable[bytes], content_type: str) -> int:
        target = self._path(key)
        self._make_private(target.parent)
        unfinished = self._unfinished() / uuid4().hex
        total = 0
        try:
            with open(unfinished, "xb", opener=_open_private) as file:
                for chunk in chunks:
                    file.write(chunk)
                    total += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return total

    def fetch(self, key: str, into: Path) -> None:
        path = self.local_path(key)
        if path is None:
            raise ObjectMissing(key)
        shutil.copyfile(path, into)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def local_path(self, key: str) -> Path | None:
        path = self._path(key)
        return path if path.is_file() else None

    def uri(self, key: str) -> str | None:
        return None

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        path = self.local_path(key)
        if path is None:
            raise ObjectMissing(key)
        return _chunks(path, start, path.stat().st_size if end is None else end)

    def describe(self, key: str) -> StoredObject:
        path = self.local_path(key)
        if path is None:
            raise ObjectMissing(key)
        return StoredObject(path.stat().st_size, mimetypes.guess_type(key)[0] or "application/octet-stream")

    def keys_before(self, prefix: str, created: datetime, most: int) -> Sequence[str]:
        """`prefix` is a folder."""
        files = self._path(prefix).glob("**/*")
        old = (file for file in files if file.is_file() and file.stat().st_mtime < created.timestamp())
        return [str(file.relative_to(self.root.resolve())) for file in islice(old, most)]

    def signed_url(self, key: str, expires_at: datetime) -> str:
        return self._links.link(key, expires_at)

    def open_upload(self, key: str, content_type: str, size: int, origin: str) -> str:
        """Any page may send there, but only ours knows the address; the type is told by the key, as with all."""
        return self.uploads.open(key, size)

    def kept(self, place: str, size: int) -> int:
        there = self.uploads.place_of(place)
        kept = self.uploads.kept(there)
        if kept == there.size:  # nobody may have come to it after the last byte
            self.uploads.finish(there)
        return kept

    def cancel_upload(self, place: str) -> None:
        with suppress(UploadOver):
            self.uploads.cancel(self.uploads.place_of(place))

    def _unfinished(self) -> Path:
        """Where files grow before they are named; sweeps up those of killed processes."""
        folder = self.root / ".unfinished"
        self._make_private(folder)
        for file in folder.iterdir():
            with suppress(FileNotFoundError):  # finished meanwhile
                if time.time() - file.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                    file.unlink()
        return folder

    def _make_private(self, folder: Path) -> None:
        """From the root on: what lies above it others may share. The mode given to `mkdir` is not its parents'."""
        root, folder = self.root.resolve(), folder.resolve()
        root.parent.mkdir(parents=True, exist_ok=True)
        for each in reversed([folder, *folder.parents]):
            if each.is_relative_to(root):
                each.mkdir(mode=0o700, exist_ok=True)

    def _path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ObjectMissing(key)
        return path


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _chunks(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (chunk := file.read(min(CHUNK_BYTES, end - start))):
            start += len(chunk)
            yield chunk
