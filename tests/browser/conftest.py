from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import open_browser
from tests.google_double import google_config, google_url
from tests.liff.conftest import client, learner, site

__all__ = ["browser", "client", "google_config", "google_url", "learner", "site"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser
