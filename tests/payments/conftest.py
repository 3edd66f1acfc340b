"""A Stripe of its own for each module, and a client of it as a process makes one, without second tries."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from stripe import StripeClient

from payments import client
from payments.client import make_client
from settings import Settings
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from tests.simulator.stripe.conftest import run

KEY = "sk_test_desk"
PRICE = "price_moment_monthly"


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[StripeDesk]:
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture
def desk(shared_desk: StripeDesk) -> Iterator[StripeDesk]:
    yield shared_desk
    shared_desk.clear_faults()


@pytest.fixture
def empty_desk() -> Iterator[StripeDesk]:
    """An account in which nothing is set up."""
    with run(StripeConfig(prices=[])) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _no_second_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own, which wait."""
    monkeypatch.setattr(client, "RETRIES", 0)


def settings_of(desk: StripeDesk, **changes: object) -> Settings:
    facts = {"stripe_key": SecretStr(KEY), "stripe_price": PRICE, "stripe_api_url": desk.base_url}
    return Settings.without_environment(**{**facts, "public_url": "https://moment.test", **changes})


@pytest.fixture
def client_of() -> Callable[[StripeDesk], StripeClient]:
    return lambda desk: make_client(settings_of(desk))
