"""Uploads into the store on this machine, piece by piece, at signed addresses under our own host.

An upload is a file that grows; how much is kept is its length. Each write holds the file's lock, begins where the file
ends and skips what is there already: pieces that come twice, or from two tabs, change nothing. So no process keeps
anything of an upload in mind, and any of them may be killed.
"""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from itsdangerous import BadData, URLSafeSerializer

from models.base import utc_now
from storage.links import MediaLinks
from storage.store import StoreError, UploadOver

PATH = "/uploads"
PLACE_LIFE = timedelta(days=7)  # as Cloud Storage's
_FOLDER = ".uploads"
_FORGOTTEN_AFTER_SECONDS = PLACE_LIFE.total_seconds() + 24 * 3600
_NAME = re.compile(r"[0-9a-f]{32}")


class PieceTooFar(StoreError):
    """Between what is kept and this piece something is missing: the sender is to ask how much is kept."""

    retryable = True


class PlaceTaken(StoreError):
    """Another object lies under the key already."""


@dataclass(frozen=True)
class Place:
    """What a signed address says: the file that grows, what it becomes, and its length then."""

    name: str
    key: str
    size: int


@dataclass(frozen=True)
class LocalUploads:
    """`path_of` finds an object's file by its key, `make_folder` makes a private folder."""

    root: Path
    links: MediaLinks
    path_of: Callable[[str], Path]
    make_folder: Callable[[Path], None]

    def open(self, key: str, size: int) -> str:
        """The address to send to."""
        self.make_folder(self._folder)
        self._sweep()
        name = uuid4().hex
        os.close(os.open(self._folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode=0o600))
        token = self._serializer.dumps([name, key, size, int((utc_now() + PLACE_LIFE).timestamp())])
        return f"{self.links.public_url}{PATH}/{token}"

    def place_of(self, address: str) -> Place:
        """What an address, or its token alone, stands for. Raises UploadOver."""
        try:
            content = self._serializer.loads(address.rsplit("/", 1)[-1])
        except (BadData, ValueError) as error:
            raise UploadOver("not one of our addresses") from error
        match content:
            case [str(name), str(key), int(size), int(expires)] if _NAME.fullmatch(name):
                if utc_now().timestamp() <= expires:
                    return Place(name, key, size)
        raise UploadOver("the address is over")

    def kept(self, place: Place) -> int:
        """Raises UploadOver."""
        with suppress(FileNotFoundError):
            return (self._folder / place.name).stat().st_size
        self._check_done(place)
        return place.size

    def append(self, place: Place, at: int, chunk: bytes) -> int:
        """How much is kept then. Raises PieceTooFar, UploadOver."""
        with self._locked(place) as file:
            if file is None:
                return place.size
            kept = os.fstat(file).st_size
            if at > kept:
                raise PieceTooFar(f"a piece from {at}, {kept} bytes are kept")
            rest = memoryview(chunk)[kept - at : max(0, place.size - at)]
            while rest:
                written = os.pwrite(file, rest, kept)
                kept, rest = kept + written, rest[written:]
            return kept

    def finish(self, place: Place) -> None:
        """The file, which is whole, becomes the object; it is on the disk then. Raises PlaceTaken, UploadOver."""
        with self._locked(place) as file:
            if file is None:
                return
            os.fsync(file)
            target = self.path_of(place.key)
            self.make_folder(target.parent)
            try:
                os.link(self._folder / place.name, target)
            except FileExistsError as error:
                raise PlaceTaken("the object is there already") from error
            (self._folder / place.name).unlink()
            _sync_folder(target.parent)

    def cancel(self, place: Place) -> None:
        with suppress(UploadOver), self._locked(place) as file:
            if file is not None:
                (self._folder / place.name).unlink()

    @contextmanager
    def _locked(self, place: Place) -> Iterator[int | None]:
        """The growing file, for this process alone; None when it has become the object. Raises UploadOver."""
        path = self._folder / place.name
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            self._check_done(place)
            yield None
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists():  # finished, or cancelled, while it was waited for
                self._check_done(place)
                yield None
            else:
                yield file
        finally:
            os.close(file)

    def _check_done(self, place: Place) -> None:
        """Raises UploadOver where no object of this length has come of it."""
        path = self.path_of(place.key)
        if not path.is_file() or path.stat().st_size != place.size:
            raise UploadOver("the upload was cancelled, or its time is over")

    def _sweep(self) -> None:
        """Those whose address is over and which nobody has cancelled."""
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > _FORGOTTEN_AFTER_SECONDS:
                    file.unlink()

    @property
    def _folder(self) -> Path:
        return self.root / _FOLDER

    @property
    def _serializer(self) -> URLSafeSerializer:
        keys = [secret.get_secret_value() for secret in reversed(self.links.secrets)]
        return URLSafeSerializer(keys, salt="upload")


def _sync_folder(folder: Path) -> None:
    """The name, too, is there after a power cut."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
