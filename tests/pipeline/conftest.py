from collections.abc import Iterator

import pytest

from moment.resources import Resources, open_resources
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database


@pytest.fixture(scope="module")
def house(
    postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Resources]:
    with own_database(postgres_url) as url:
        settings = make_settings(url, empty_broker(valkey_url), tmp_path_factory.mktemp("house"))
        with open_resources(settings, quick_providers.build) as resources:
            yield resources
