"""Private folders for work on files."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

_PREFIX = "moment-media-"
_ABANDONED_AFTER_SECONDS = 6 * 3600


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """A private folder, gone when the block is left in any way; sweeps up those of killed processes."""
    base = parent or Path(tempfile.gettempdir())
    for folder in base.glob(f"{_PREFIX}*"):
        if time.time() - _modified_at(folder) > _ABANDONED_AFTER_SECONDS:
            rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=base, ignore_cleanup_errors=True) as folder_name:
        yield Path(folder_name)


def _modified_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return time.time()
