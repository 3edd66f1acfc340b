from collections.abc import Iterator
from pathlib import Path

import pytest

from footage.script import ClipRecipe
from pipeline.media.footage import footage_of
from pipeline.providers.ports import Footage
from tests.clips import drawn
from tests.google_double import (
    google,
    google_config,
    google_resources,
    google_settings,
    google_url,
    providers,
)

__all__ = ["google", "google_config", "google_resources", "google_settings", "google_url", "providers"]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "smoke", seconds=12.0, size=(180, 320)), path)
    return path


@pytest.fixture
def footage(clip: Path) -> Iterator[Footage]:
    with footage_of(clip) as footage:
        yield footage
