from collections.abc import Iterator
from pathlib import Path

import pytest

from footage.draw import draw
from footage.script import ClipRecipe
from tests import quick_providers
from tests.system import System, start_system


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clip of fried rice, drawn once."""
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    draw(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), path)
    return path


@pytest.fixture(scope="session")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playable m4a; the quick providers say what is heard."""
    from tests.media_files import tone

    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=2.0)


@pytest.fixture
def system(database_url: str, broker_url: str, tmp_path: Path) -> Iterator[System]:  # noqa: ARG001 - named in the environment
    quick_providers.script.__init__()  # type: ignore[misc]
    with start_system(tmp_path) as running:
        yield running
