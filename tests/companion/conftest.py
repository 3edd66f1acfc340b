"""Calls over real sockets; the model's side is the test's."""

from collections.abc import Iterator

import httpx
import pytest

from tests.companion.live_calls import double, google_live, talk
from tests.companion.scripted_live import ScriptedLive
from tests.google_double import google_config
from tests.liff.conftest import Site, client, learner, open_site

__all__ = ["client", "double", "google_config", "google_live", "learner", "talk"]

_LIVE = ScriptedLive()


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(postgres_url, valkey_url, tmp_path_factory.mktemp("site"), live=_LIVE) as site:
        yield site


@pytest.fixture
def live(client: httpx.Client) -> Iterator[ScriptedLive]:
    """Of this test alone; its learner is signed in."""
    _LIVE.forget()
    yield _LIVE
    _LIVE.forget()
