from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from google import genai
from google.api_core.client_options import ClientOptions
from google.auth.credentials import Credentials
from google.cloud.storage import Bucket, Client
from google.genai import types
from google.oauth2 import service_account

from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from tests import media_files
from tests.simulator.serving import serving

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


@contextmanager
def run(config: GoogleConfig) -> Iterator[GoogleDesk]:
    """All of the desk's Google on a free port."""
    with serving(make_server(config, port=0)) as base_url, GoogleDesk(base_url) as desk:
        desk.wait_until_ready()
        yield desk


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> GoogleConfig:
    folder = tmp_path_factory.mktemp("google")
    return GoogleConfig(
        service_account_file=folder / "account.json", data_dir=folder / "data", voice="tone", file_polls=1
    )


@pytest.fixture(scope="session")
def running(config: GoogleConfig) -> Iterator[GoogleDesk]:
    with run(config) as desk:
        yield desk


@pytest.fixture
def desk(running: GoogleDesk) -> Iterator[GoogleDesk]:
    """The shared server, without what another test has set."""
    yield running
    running.clear_faults()
    running.clear_script()


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Callable[..., GoogleDesk]]:
    """Makes a server of the test's own: for another configuration, or where the clock is moved."""
    facts = {
        "service_account_file": tmp_path / "account.json",
        "data_dir": tmp_path / "data",
        "voice": "tone",
    }
    with ExitStack() as running:
        yield lambda **changes: running.enter_context(run(GoogleConfig.model_validate(facts | changes)))


@pytest.fixture(scope="session")
def credentials(running: GoogleDesk, config: GoogleConfig) -> service_account.Credentials:
    return account(config.service_account_file)


def account(file: Path) -> service_account.Credentials:
    credentials = service_account.Credentials.from_service_account_file(str(file), scopes=SCOPES)  # type: ignore[no-untyped-call]
    assert isinstance(credentials, service_account.Credentials)
    return credentials


@pytest.fixture(scope="session")
def gemini(running: GoogleDesk, config: GoogleConfig) -> Iterator[genai.Client]:
    """The Developer API."""
    client = genai.Client(api_key=config.api_key, http_options=options(running))
    yield client
    client.close()


@pytest.fixture(scope="session")
def vertex(
    running: GoogleDesk, config: GoogleConfig, credentials: service_account.Credentials
) -> Iterator[genai.Client]:
    client = genai.Client(
        enterprise=True,
        project=config.project,
        location="global",
        credentials=credentials,
        http_options=options(running, version="v1beta1"),
    )
    yield client
    client.close()


@pytest.fixture(scope="session")
def bucket(running: GoogleDesk, config: GoogleConfig, credentials: service_account.Credentials) -> Bucket:
    """The desk's bucket through google-cloud-storage."""
    return bucket_of(running, config.bucket, credentials)


def bucket_of(desk: GoogleDesk, name: str, credentials: Credentials) -> Bucket:
    endpoint = ClientOptions(api_endpoint=desk.base_url)
    client = Client(project="moment-desk", credentials=credentials, client_options=endpoint)
    return client.bucket(name)


def options(desk: GoogleDesk, version: str = "v1beta", seconds: float = 20) -> types.HttpOptions:
    return types.HttpOptions(base_url=desk.base_url, api_version=version, timeout=int(seconds * 1000))


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of picture and sound."""
    return media_files.make(
        tmp_path_factory.mktemp("clip") / "clip.mp4",
        *("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=5:duration=10"),
        *("-f", "lavfi", "-i", "sine=frequency=300:duration=10"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"),
    )


@pytest.fixture(scope="session")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media_files.tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=3)
