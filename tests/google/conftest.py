"""The Google providers as production builds them, over real sockets, with the desk's Google in Google's place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from footage.draw import draw
from footage.script import ClipRecipe
from pipeline.providers.loading import providers
from pipeline.providers.ports import Providers
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from tests.process import name_in_environment
from tests.system import served

BUCKET = "moment-desk-media"


@pytest.fixture(scope="session")
def google_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("google")
    config = GoogleConfig(
        service_account_file=folder / "service_account.json", data_dir=folder, bucket=BUCKET, voice="tone"
    )
    server = make_server(config, port=0)
    with served(server):
        yield server.base_url


@contextmanager
def on_the_desk(url: str, key_file: Path, **variables: str) -> Iterator[None]:
    """The environment as an operator would name it, but for the address."""
    named = {
        "PROVIDERS": "pipeline.providers.google",
        "GOOGLE_API_URL": url,
        "GOOGLE_APPLICATION_CREDENTIALS": str(key_file),
        "GOOGLE_PROJECT": "moment-desk",
        "GEMINI_API_KEY": "desk-api-key",
        "GCS_BUCKET": BUCKET,
        **variables,
    }
    with name_in_environment(**named):
        yield


@pytest.fixture(scope="session")
def key_file(google_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The double wrote it when it was made."""
    return next(tmp_path_factory.getbasetemp().rglob("service_account.json"))


@pytest.fixture
def google(google_url: str, key_file: Path) -> Iterator[GoogleDesk]:
    """A desk without faults or scripted answers, named in the environment."""
    with GoogleDesk(google_url) as desk:
        desk.clear_faults()
        desk.clear_script()
        with on_the_desk(google_url, key_file):
            yield desk


@pytest.fixture
def built(google: GoogleDesk) -> Providers:
    return providers()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    draw(ClipRecipe("fried-rice", "smoke", seconds=12.0, size=(180, 320)), path)
    return path
