from pathlib import Path

import pytest

from footage.script import ClipRecipe
from tests.clips import drawn
from tests.media_files import make, tone


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As short and small as a clip may be, for each session is rendered."""
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), path)
    return path


@pytest.fixture(scope="session")
def sideways(clip: Path) -> Path:
    """The same, stored turned: it needs a view."""
    return make(clip.with_name("sideways.mp4"), "-display_rotation", "90", "-i", str(clip), "-c", "copy")


@pytest.fixture(scope="session")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=1.0)
