"""One Stripe and one database for a module's tests, each with a learner of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk.simulated_stripe import with_stripe
from moment.resources import open_resources
from payments import client
from services.plan import checkout
from settings import Settings
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.services.plan.payer import Payer, Shop
from tests.simulator.serving import serving

URL = "https://moment.test"


def for_sale(settings: Settings, stripe_url: str) -> Settings:
    return with_stripe(settings, stripe_url).change(public_url=URL)


@pytest.fixture(scope="module")
def shop(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("plan")
    with open_shop(StripeConfig(), postgres_url, valkey_url, folder) as running:
        yield running


@contextmanager
def open_shop(config: StripeConfig, postgres_url: str, valkey_url: str, folder: Path) -> Iterator[Shop]:
    with (
        own_database(postgres_url) as database_url,
        serving(make_server(config, port=0)) as stripe_url,
        StripeDesk(stripe_url) as desk,
    ):
        settings = make_settings(database_url, empty_broker(valkey_url), folder)
        desk.wait_until_ready()
        with (
            pytest.MonkeyPatch.context() as patch,
            open_resources(for_sale(settings, stripe_url), quick_providers.build) as resources,
        ):
            patch.setattr(client, "RETRIES", 0)  # the SDK's, for which it sleeps
            running = Shop(desk, resources, client.make_client(resources.settings))
            # Stripe's clock is pushed by months: ours goes with it.
            patch.setattr(checkout, "database_now", lambda _db: running.now())
            yield running


@pytest.fixture
def new_payer(shop: Shop) -> Iterator[Callable[[], Payer]]:
    payers: list[Payer] = []

    def make() -> Payer:
        payers.append(Payer.new(shop))
        return payers[-1]

    yield make
    shop.desk.clear_faults()
    for payer in payers:
        payer.leaves()


@pytest.fixture
def payer(new_payer: Callable[[], Payer]) -> Payer:
    return new_payer()
