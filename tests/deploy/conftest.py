import fcntl
from pathlib import Path

import pytest

from footage.script import ClipRecipe
from tests.clips import drawn
from tests.conftest import Servers
from tests.deploy.image import Image, built_image, require_tools
from tests.google_double import google, google_config, google_settings, google_url
from tests.media_files import tone

__all__ = ["google", "google_config", "google_settings", "google_url"]


@pytest.fixture(scope="session")
def image(servers: Servers) -> Image:
    """Built once a run: it takes a minute."""
    require_tools()
    with (servers.root / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return built_image(servers.root / "image")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), path)
    return path


@pytest.fixture(scope="session")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=1.0)
