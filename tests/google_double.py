"""The Google providers as production builds them, over real sockets, with the desk's Google in Google's place.

Fixtures: the conftest of a folder imports those that its tests need.
"""

from collections.abc import Iterator

import pytest

from desk.google import google_settings as settings_of
from moment.resources import Resources, open_resources
from pipeline.providers.ports import Providers
from settings import Settings
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from tests.system import served


@pytest.fixture(scope="session")
def google_config(tmp_path_factory: pytest.TempPathFactory) -> GoogleConfig:
    folder = tmp_path_factory.mktemp("google")
    return GoogleConfig(service_account_file=folder / "service_account.json", data_dir=folder, voice="tone")


@pytest.fixture(scope="session")
def google_url(google_config: GoogleConfig) -> Iterator[str]:
    server = make_server(google_config, port=0)
    with served(server):
        yield server.base_url


@pytest.fixture
def google(google_url: str) -> Iterator[GoogleDesk]:
    """A desk without faults or scripted answers."""
    with GoogleDesk(google_url) as desk:
        desk.clear_faults()
        desk.clear_script()
        yield desk
        desk.clear_faults()
        desk.clear_script()


@pytest.fixture
def google_settings(google: GoogleDesk, google_config: GoogleConfig, google_url: str) -> Settings:
    """As an operator would name them, but for the address; without a database."""
    return Settings.without_environment(**settings_of(google_config, google_url))


@pytest.fixture
def google_resources(google_settings: Settings) -> Iterator[Resources]:
    with open_resources(google_settings) as resources:
        yield resources


@pytest.fixture
def providers(google_resources: Resources) -> Providers:
    return google_resources.providers.get()
