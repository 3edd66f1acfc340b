"""Where an item's clip lies: the coach's own file, or one drawn on first use and left there."""

from pathlib import Path

from footage.library import draw_once
from moment.eval.golden import GoldenItem

CLIPS = ".clips"  # in the set's folder


class ClipFolder:
    def __init__(self, set_folder: Path, clips: Path | None = None) -> None:
        self._set = set_folder
        self._clips = clips or set_folder / CLIPS

    def clip_of(self, item: GoldenItem) -> Path:
        """Raises DrawingFailure, OSError."""
        if item.video:
            return self._set / item.video
        assert item.recipe is not None  # noqa: S101 - what the format promises
        # The folder keeps itself out of version control, wherever it is.
        self._clips.mkdir(parents=True, exist_ok=True)
        (self._clips / ".gitignore").write_text("*\n", encoding="utf-8")
        return draw_once(item.recipe.clip, self._clips)
