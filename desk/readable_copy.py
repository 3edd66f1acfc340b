"""A copy of programs where an unprivileged account can read them, in a folder that all accounts share.

Its name is told by what it holds, so anybody could have put something else there before us: it is used only when all of
it is ours and is what it should be.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISLNK
from tempfile import mkdtemp

from errors import MomentError

SHARED = Path("/var/tmp")  # noqa: S108 - what lies there is not trusted
_OTHERS_WRITE = 0o022


class CopyUntrusted(MomentError):
    """Somebody else's, or not what we would have put there."""

    fix = "remove that folder, and start again"


def readable_copy(source: Path, parts: Sequence[str], shared: Path = SHARED) -> Path:
    """The folder that holds these parts of `source`, made if it is not there. Raises CopyUntrusted."""
    digest = _digest(source, parts)
    target = shared / f"moment-postgres-{digest[:16]}"
    if not os.path.lexists(target):
        _make(source, parts, target)
    if not _is_only_ours(target) or _digest(target, parts) != digest:
        raise CopyUntrusted(f"{target} is not the copy of the embedded Postgres that it should be")
    return target


def _make(source: Path, parts: Sequence[str], target: Path) -> None:
    unfinished = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for part in parts:
            shutil.copytree(source / part, unfinished / part, symlinks=True)
        for path in _tree(unfinished):
            if not path.is_symlink():
                is_program = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if is_program else 0o644)
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not os.path.lexists(target):  # else another process was first
            raise


def _is_only_ours(folder: Path) -> bool:
    entries = [path.lstat() for path in _tree(folder)]
    return not folder.is_symlink() and all(
        entry.st_uid == os.geteuid() and (S_ISLNK(entry.st_mode) or not entry.st_mode & _OTHERS_WRITE)
        for entry in entries
    )


def _digest(folder: Path, parts: Sequence[str]) -> str:
    """Of names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for part in parts for path in _tree(folder / part)):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        if path.is_symlink():
            digest.update(str(path.readlink()).encode())
        elif path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")
