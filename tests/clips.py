"""Drawn clips, each drawn once on a machine: its name tells recipe and drawing code."""

import shutil
from pathlib import Path

from footage.library import draw_once
from footage.script import ClipRecipe
from settings import Settings

DRAWN = Settings.without_environment().cache_dir.expanduser() / "clips"


def drawn(recipe: ClipRecipe, out: Path) -> Path:
    """A copy at `out`. Raises ValueError, DrawingFailure, OSError."""
    return shutil.copyfile(draw_once(recipe, DRAWN), out)
