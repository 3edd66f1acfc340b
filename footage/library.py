"""Clips that are drawn once and kept: drawing costs seconds."""

import hashlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from footage.draw import draw
from footage.script import ClipRecipe


def draw_once(recipe: ClipRecipe, folder: Path) -> Path:
    """The recipe's clip in `folder`, drawn unless it lies there already.

    Its name tells the recipe and the code that draws, so that a change of either draws it anew. Raises ValueError,
    DrawingFailure, OSError.
    """
    digest = hashlib.sha256(_drawing_code() + repr(recipe).encode()).hexdigest()
    clip = folder / f"{recipe.dish}-{recipe.variant}-{digest[:12]}.mp4"
    if not clip.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as unfinished:
            draw(recipe, Path(unfinished) / clip.name)
            (Path(unfinished) / clip.name).replace(clip)  # whole or not there at all
    return clip


@cache
def _drawing_code() -> bytes:
    return b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
