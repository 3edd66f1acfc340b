"""Uploaded files of the Files API on disk, and how far their processing has come."""

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LIFE_SECONDS = 48 * 3600  # Gemini API docs: Files API


@dataclass
class ShelfFile:
    """`remaining_looks` counts the reads that still find it PROCESSING, None for ever. Times in ms of the desk's clock."""

    name: str
    path: Path
    mime_type: str
    full_size: int
    create_time_ms: int
    display_name: str | None = None
    size: int = 0
    remaining_looks: int | None = 0
    error: str | None = None
    complete: bool = False
    _sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def state(self) -> Literal["PROCESSING", "ACTIVE", "FAILED"]:
        if self.remaining_looks != 0:
            return "PROCESSING"
        return "FAILED" if self.error else "ACTIVE"

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def expiration_time_ms(self) -> int:
        return self.create_time_ms + LIFE_SECONDS * 1000

    def look(self) -> None:
        if self.remaining_looks:
            self.remaining_looks -= 1

    def append(self, chunk: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(chunk)
        self._sha256.update(chunk)
        self.size += len(chunk)


@dataclass
class FileShelf:
    folder: Path
    polls: int
    _files: dict[str, ShelfFile] = field(default_factory=dict)
    _sessions: dict[str, ShelfFile] = field(default_factory=dict)

    def open(
        self, mime_type: str, size: int, now_ms: int, name: str | None, display_name: str | None
    ) -> tuple[str, ShelfFile]:
        """A new upload and the id of its session."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file_id, session = name or secrets.token_hex(6), secrets.token_urlsafe(24)
        path = self.folder / secrets.token_hex(16)
        path.touch()
        self._sessions[session] = ShelfFile(file_id, path, mime_type, size, now_ms, display_name)
        return session, self._sessions[session]

    def session(self, session: str) -> ShelfFile | None:
        return self._sessions.get(session)

    def finish(self, file: ShelfFile, *, for_ever: bool, error: str | None) -> None:
        file.complete = True
        if file.mime_type.startswith("video/"):
            file.remaining_looks = None if for_ever else self.polls
        file.error = error
        self._files[file.name] = file

    def get(self, name: str, now_ms: int) -> ShelfFile | None:
        file = self._files.get(name)
        if file is not None and file.expiration_time_ms <= now_ms:
            self.delete(file)
            return None
        return file

    def all(self, now_ms: int) -> list[ShelfFile]:
        return [file for name in list(self._files) if (file := self.get(name, now_ms))]

    def delete(self, file: ShelfFile) -> None:
        del self._files[file.name]
        file.path.unlink(missing_ok=True)
