"""Disks that can be filled: a small one in memory, mounted where what is to run out of room lies. Needs the right to mount."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BLOCK = bytes(64 * 1024)


@dataclass(frozen=True)
class SmallDisk:
    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / ".ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(_BLOCK):
                    pass
            except OSError:  # ENOSPC
                return

    def empty(self) -> None:
        """What filled it goes; all else stays."""
        self._ballast.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """At this folder until the block ends; None where nobody may mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    if (
        mount is None
        or _run(mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "moment-drill", str(folder)) != 0
    ):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: a process that is about to end may still have a file open there.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _run(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode
