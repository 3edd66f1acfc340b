"""Where an item's clip lies: the coach's own file, or one drawn on first use and kept."""

import hashlib
from functools import lru_cache
from pathlib import Path

import footage
from footage.draw import draw
from moment.eval.golden import GoldenItem
from pipeline.media.ffmpeg import workspace

DRAWN = ".clips"  # in the set's folder


class ClipFolder:
    """Drawn clips by what they were drawn from, so that a changed recipe or hand draws them anew."""

    def __init__(self, set_folder: Path, drawn: Path | None = None) -> None:
        self._set = set_folder
        self._drawn = drawn or set_folder / DRAWN

    def clip_of(self, item: GoldenItem) -> Path:
        """Raises DrawingFailed, OSError."""
        if item.video:
            return self._set / item.video
        assert item.recipe is not None  # noqa: S101 - what the format promises
        made_from = hashlib.sha256(_drawing_code() + item.recipe.model_dump_json().encode())
        clip = self._drawn / f"{item.id}-{made_from.hexdigest()[:8]}.mp4"
        if not clip.exists():
            self._prepare()
            with workspace(self._drawn) as folder:
                draw(item.recipe.clip, folder / clip.name)
                (folder / clip.name).replace(clip)  # whole or not there at all
        return clip

    def _prepare(self) -> None:
        """The folder keeps itself out of version control, wherever it is."""
        self._drawn.mkdir(parents=True, exist_ok=True)
        (self._drawn / ".gitignore").write_text("*\n", encoding="utf-8")


@lru_cache(maxsize=1)
def _drawing_code() -> bytes:
    return b"".join(path.read_bytes() for path in sorted(Path(footage.__file__).parent.glob("*.py")))
